bad/data/nowhere.json
