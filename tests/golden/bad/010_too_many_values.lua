-- More values without a name than there are places.
run { "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms", "6ms"), wait("1s", 2, 3) } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("1s", crash { "shop" }, "2s")
