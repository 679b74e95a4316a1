bad/002_unknown_field.lua bad/data/good.lua bad/004_missing_unit.lua
