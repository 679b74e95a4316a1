bad/data/good.lua --seed 18446744073709551616
