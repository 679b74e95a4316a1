-- Every wrong target at once, whatever else is wrong.
run { duration = "1m" }
service "shop" {
  workers = 0,
  endpoints = {
    ["GET /"] = {
      call "crat GET /",
      call { "cart PUT /", timeout = 5 },
    },
  },
}
service "cart" { endpoints = { ["GET /"] = { cpu("1ms") }, ["POST /"] = { cpu("1ms") } } }
client "a" {
  target = "shp GET /",
  rate = 4,
}
client "b" { target = "cart", rate = "1/s" }
client "c" {
  mix = {
    ["cart GET /"] = 1,
    ["cart DELETE /"] = 1,
  },
  rate = "1/s",
}
client "d" { journey = { "cart GET /", "card GET /" }, users = 3 }
at("10s", crash { "carts" })
at("10s", slow { "cart PTU /", latency = "1s" })
at("10s", restart { "shoop" })
expect.p99("usr", { below = "1s" })
