bad/data/good.lua --until 2h
