bad/data/nowhere.lua
