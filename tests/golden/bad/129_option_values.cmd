bad/data/good.lua --seed -1 --reps 0 --sed 4
