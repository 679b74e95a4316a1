-- A table that contains itself, many times.
run { duration = "1m" }
local t = {}
t.t = t
service "shop" { endpoints = { ["GET /"] = { t } } }
