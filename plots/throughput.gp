# view: throughput:7
# good and failed calls per second over time, per client
set title scenario."\ncalls per second"
set ylabel 'calls (1/s)'
set yrange [0:*]
plot for [i = 0:throughput_count - 1] $throughput index i using ($1 / time_scale):2 \
         with lines ls i + 1 title columnheader(1), \
     for [i = 0:throughput_count - 1] $throughput index i using ($1 / time_scale):3 \
         with lines ls i + 1 dt 3 title columnheader(1).' failed', \
     NaN with lines lc rgb '#ffffff' title more(throughput_more)
