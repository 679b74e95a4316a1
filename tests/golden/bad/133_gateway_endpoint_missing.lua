-- A request that its target has no endpoint for.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = { { path = "/cart", target = "cart" }, { target = "shop" } } }
client "user" { mix = { ["edge GET /cart/5"] = 1, ["edge GET /cart"] = 1 }, rate = "1/s" }
