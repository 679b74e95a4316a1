-- And what is wrong besides.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
expect.p42("user", { below = "1s" })
expect.p50("user", { blow = "1s" })
