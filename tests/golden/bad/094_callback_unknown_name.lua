-- A name that nobody defined.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
every("5s", function(w) w:log(nme) end)
