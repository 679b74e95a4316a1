-- Routes that go nowhere, nowhere known, or both ways; weights that add up to nothing.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = {
  { path = "/a" },
  { path = "/b", target = "crat" },
  { path = "/c", target = "cart", to = { shop = 1 } },
  { path = "/d", to = { cart = 0, shop = 0 } },
  { path = "/e", to = { ["cart PUT /cart"] = 1 } },
  { path = "/f", target = "shop", sticky = true },
} }
gateway "empty" { routes = {} }
client "user" { target = "edge GET /cart", rate = "1/s" }
