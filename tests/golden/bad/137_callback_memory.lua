-- A callback that hoards.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
local kept = {}
at("10s", function(w)
  for i = 1, 1000 do kept[i] = ("x"):rep(500000 + i) end
end)
