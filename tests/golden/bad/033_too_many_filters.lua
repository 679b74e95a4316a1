-- Nine filters on one route.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
local guard = {}
for i = 1, 9 do guard[i] = timeout(i .. "s") end
client "user" { target = "shop GET /", rate = "1/s", filters = guard }
