-- A condition that answers a number.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
when(function(w) return w:now() end, restart { "shop" })
