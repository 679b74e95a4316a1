# view: latency:6
# response time over time, p50, p95 and p99 per window and client
set title scenario."\nresponse time per window"
set ylabel 'response time (ms)'
set yrange [0:*]
stats $latency using 4 nooutput
wide = exists('STATS_min') && STATS_min > 0 ? STATS_max > 30 * STATS_min : 0
if (wide) { set logscale y; set yrange [*:*] }
name(i, p) = latency_count > 1 ? sprintf('%s %s', word(names, i + 1), p) : p
names = ''
do for [i = 0:latency_count - 1] {
    stats $latency index i every ::0::0 using (names = names.stringcolumn(1).' ', 0) nooutput
}
plot for [i = 0:latency_count - 1] $latency index i every ::1 using ($1 / time_scale):4 \
         with lines lc rgb word('#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9', i % 6 + 1) \
         lw 2 dt 1 title name(i, 'p99'), \
     for [i = 0:latency_count - 1] $latency index i every ::1 using ($1 / time_scale):3 \
         with lines lc rgb word('#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9', i % 6 + 1) \
         lw 1.6 dt 2 title name(i, 'p95'), \
     for [i = 0:latency_count - 1] $latency index i every ::1 using ($1 / time_scale):2 \
         with lines lc rgb word('#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9', i % 6 + 1) \
         lw 1.6 dt 3 title name(i, 'p50'), \
     NaN with lines lc rgb '#ffffff' title more(latency_more)
