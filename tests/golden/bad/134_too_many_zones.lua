-- Zones without end, and an empty list of them.
run { duration = "1m" }
local names = {}
for i = 1, 300 do names[i] = "z" .. i end
zones { names = names }
nodepool "a" {
  count = 1,
  cpu = "1",
  memory = "1Gi",
  zones = {},
}
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
