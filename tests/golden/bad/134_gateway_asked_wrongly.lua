-- A gateway wants a method and a path.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = { { target = "shop" } } }
client "user" { target = "edge", rate = "1/s" }
client "other" { target = "edge cart", rate = "1/s" }
client "third" { target = "shop GET /", rate = "1/s", host = "shop.example.com" }
service "web" { endpoints = { ["GET /"] = { call { "shop GET /", headers = { a = "b" } } } } }
