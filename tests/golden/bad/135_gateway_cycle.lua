-- Gateways that send a request back to where it came from.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = { { target = "inner" } } }
gateway "inner" { routes = { { path = "/a", target = "edge" }, { target = "shop" } } }
client "user" { target = "edge GET /a", rate = "1/s" }
