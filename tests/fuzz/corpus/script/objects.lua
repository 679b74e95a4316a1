-- A title here
run { duration = "1m" }
local d = lognormal { p50 = "1ms",
  p99 = "5ms" }
service "cart" {
  replicas = 3,
  queue = fifo,
  endpoints = {
     ["GET /"] = { cpu(d), call "x",
       call("y", { timeout = "1s" }) },
  },
  list = {
     1,
     2, "three",
  },
}
at("10m", function(w) w:scale("cart", 3) end)
expect.p99("shop", { below = "1ms" })
expect.p99 "shop" { below = "2ms" }
