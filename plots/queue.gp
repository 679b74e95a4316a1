# view: queue:14
# calls waiting in each service over time
set title scenario."\ncalls waiting per service"
set ylabel 'calls waiting'
set yrange [0:*]
plot for [i = 0:queue_count - 1] $queue index i using ($1 / time_scale):2 \
         with lines ls i % 14 + 1 title columnheader(1), \
     NaN with lines lc rgb '#ffffff' title more(queue_more)
