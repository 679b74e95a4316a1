bad/data/gap.csv
