-- Two routes for the same requests.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = {
  { path = "/cart", headers = { ["X-Canary"] = "always" }, target = "cart" },
  { path = "/cart/", headers = { ["x-canary"] = "always" }, target = "shop" },
  { path = "/cart", target = "cart" },
  { host = "SHOP.example.com", path = "/cart", target = "cart" },
  { host = "shop.example.com", path = "/cart", target = "shop" },
} }
client "user" { target = "edge GET /cart", rate = "1/s" }
