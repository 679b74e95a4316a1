bad/data/folder.lua
