bad/data
