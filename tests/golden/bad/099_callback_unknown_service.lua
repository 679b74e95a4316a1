-- A verb about nobody.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("10s", function(w) w:scale("shoop", 6) end)
