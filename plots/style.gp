# style.gp - how every orrery plot looks. Colours: Okabe & Ito 2008, told apart by every common
# form of colour blindness; dashes and point shapes say the same once more.
set style line 1 lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.8
set style line 2 lc rgb '#D55E00' lw 2 dt 1 pt 5 ps 0.8
set style line 3 lc rgb '#009E73' lw 2 dt 1 pt 9 ps 0.9
set style line 4 lc rgb '#CC79A7' lw 2 dt 1 pt 11 ps 0.9
set style line 5 lc rgb '#E69F00' lw 2 dt 1 pt 13 ps 1.0
set style line 6 lc rgb '#56B4E9' lw 2 dt 1 pt 4 ps 0.8
set style line 7 lc rgb '#000000' lw 2 dt 1 pt 6 ps 0.8
set style line 8 lc rgb '#0072B2' lw 2 dt 2 pt 8 ps 0.9
set style line 9 lc rgb '#D55E00' lw 2 dt 2 pt 10 ps 0.9
set style line 10 lc rgb '#009E73' lw 2 dt 2 pt 12 ps 1.0
set style line 11 lc rgb '#CC79A7' lw 2 dt 2 pt 14 ps 0.9
set style line 12 lc rgb '#E69F00' lw 2 dt 2 pt 15 ps 0.9
set style line 13 lc rgb '#56B4E9' lw 2 dt 2 pt 1 ps 0.9
set style line 14 lc rgb '#000000' lw 2 dt 2 pt 2 ps 0.9
set style increment user

ink = '#444444'
set border 3 lc rgb ink lw 0.8
set tics nomirror out scale 0.6 textcolor rgb ink
set grid ytics lc rgb '#d0d0d0' lw 0.8 dt 1
set key outside right top vertical Left reverse noautotitle spacing 1.15 samplen 2.5
set title offset 0,-0.3 textcolor rgb '#111111'
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set datafile missing 'NaN'
set lmargin 10
set bmargin 3.6

set xrange [0:end]
set xlabel time_label
# What came before the end of the warm-up is shown, and is not in the figures.
if (warmup > 0) set object 1 rectangle from first 0, graph 0 to first warmup, graph 1 \
    fc rgb '#f0f0f0' fs solid noborder behind
if (warmup > 0) set label 1 'warm-up' at first warmup / 2, graph 0.97 right rotate by 90 \
    textcolor rgb '#888888'

# More lines than a plot can tell apart are not drawn, and the key says how many they are.
more(n) = n > 0 ? sprintf('and %d lower', n) : ''
