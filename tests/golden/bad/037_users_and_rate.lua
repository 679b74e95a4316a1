-- Open or closed, not both; or neither.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "a" { target = "shop GET /", users = 5, rate = "1/s" }
client "b" { target = "shop GET /" }
