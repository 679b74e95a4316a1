-- Gateways that make a path longer and longer.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = { { path = "/", rewrite = { prefix = "/a" }, target = "edge" } } }
client "user" { target = "edge GET /", rate = "1/s" }
