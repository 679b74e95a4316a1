# view: replicas events
# ready replicas over time, and below them what happened
set multiplot layout 2,1
set title scenario."\nready replicas, and what happened"
set ylabel 'replicas'
set yrange [0:*]
set offsets 0, 0, 1, 0
stats $replicas using 2 nooutput
if (exists('STATS_max') && STATS_max < 8) set ytics 1
set rmargin 29
unset xlabel
set format x ''
set bmargin 0.8
last = replicas_count ? replicas_count - 1 : 0
# A key has room for some names. Where there are more services, those that always had as many replicas
# are drawn in grey and share a line of it, if that helps.
array still[last + 1]
still_count = 0
do for [i = 0:last] {
    stats $replicas index i every ::1 using 2 nooutput
    still[i + 1] = STATS_min == STATS_max
    still_count = still_count + still[i + 1]
}
grey = replicas_count > 8 && still_count > 0
if (replicas_count - (grey ? still_count : 0) > 8) set key font ',10' spacing 0.85
others(i) = grey && still[i + 1]
plot for [i = 0:last] $replicas index i using ($1 / time_scale):(others(i) ? $2 : NaN) \
         with steps lc rgb '#bbbbbb' lw 1.5 dt 1 notitle, \
     NaN with lines lc rgb '#bbbbbb' lw 1.5 dt 1 \
         title (grey ? sprintf('%d without a change', still_count) : ''), \
     for [i = 0:last] $replicas index i using ($1 / time_scale):(others(i) ? NaN : $2) \
         with steps ls i % 14 + 1 lw (i < 2 ? 5 - 1.5 * i : 2) \
         title (others(i) ? '' : columnheader(1))
unset title
unset label 1
unset offsets
set ytics autofreq
set ylabel 'events'
set format x '%g'
set xlabel time_label
set bmargin 3.6
set yrange [(events_count ? events_count : 1) + 0.5:0.5]
if (events_count == 0) set label 2 'nothing notable' at graph 0.5, graph 0.5 center \
    textcolor rgb '#888888'
unset ytics
last = events_count ? events_count - 1 : 0
plot for [i = 0:last] $events index i using ($1 / time_scale):(i + 1) \
         with points ls i % 14 + 1 title columnheader(1)
unset multiplot
