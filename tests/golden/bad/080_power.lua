-- ^ differs from machine to machine.
run { duration = "1m" }
local x = 2 ^ 10
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
