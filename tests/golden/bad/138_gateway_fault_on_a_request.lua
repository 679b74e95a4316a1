-- A fault hits a whole gateway; what is named is a service or a gateway.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = { { target = "shop" } } }
client "user" { target = "edge GET /", rate = "1/s" }
at("10s", errors { "edge GET /", ratio = "10%" })
at("20s", crash { "egde" })
