-- A signal that nobody measures.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("10s", function(w) return w:signal("shop.p98") end)
