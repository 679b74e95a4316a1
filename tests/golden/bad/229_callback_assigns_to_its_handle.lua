-- The handle is not a table to keep things in.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
every("10s", function(w) w.count = 1 end)
