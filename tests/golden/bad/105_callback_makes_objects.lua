-- The scenario is said; nothing can be added.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("10s", function(w) service "late" { endpoints = { x = { cpu("1ms") } } } end)
