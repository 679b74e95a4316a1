-- When is that?
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("tomorrow", restart { "shop" })
at("-1s", restart { "shop" })
every("0s", restart { "shop" })
when(true, restart { "shop" })
at("1s", "explode")
