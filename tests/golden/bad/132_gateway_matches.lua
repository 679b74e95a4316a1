-- Matches that are none.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
gateway "edge" { routes = {
  { host = "shop.*.com", target = "shop" },
  { path = "cart", target = "shop" },
  { path = regex "/(a|b)", target = "shop" },
  { path = exact "/x", rewrite = { prefix = "/y" }, target = "shop" },
  { path = "/z", rewrite = {}, target = "shop" },
  { method = "FETCH", target = "shop" },
  { headers = { v = prefix "1" }, target = "shop" },
} }
client "user" { target = "edge GET /cart", rate = "1/s" }
