-- One or the other.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", mix = { ["shop GET /"] = 1 }, rate = "1/s" }
