# view: saturation:14
# how busy each service is over time
set title scenario."\nutilization per service"
set ylabel 'busy (% of capacity)'
set yrange [0:105]
plot for [i = 0:saturation_count - 1] $saturation index i using ($1 / time_scale):($2 * 100) \
         with lines ls i % 14 + 1 title columnheader(1), \
     NaN with lines lc rgb '#ffffff' title more(saturation_more)
