-- A handle dies with its callback.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
local kept
at("10s", function(w) kept = w end)
at("20s", function(w) kept:log("still here") end)
