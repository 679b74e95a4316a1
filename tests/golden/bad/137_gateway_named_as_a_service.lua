-- Two things to call of one name.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "shop" { routes = { { target = "cart GET /cart" } } }
client "user" { target = "shop GET /", rate = "1/s" }
