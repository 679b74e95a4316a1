-- Two pods and a half.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("10s", function(w) w:scale("shop", 2.5) end)
