-- An object where a part belongs.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = service "x" { endpoints = { a = { cpu("1ms") } } }, rate = "1/s" }
