-- An ingress with a canary: testers by cookie, then a tenth of everybody by weight, and a bug in it.
-- What to look for: one call in fifty to `shop-v2` fails, and shoppers see next to none of it, because
-- the ingress tries again; with a tenth of them its one pod is half busy. Give it 30 (the first line
-- to try) and it is more than full: its latency shows first, then every call of the canary fails, retries
-- and all, and the stable version is bored. Search goes by its own route and notices nothing.
-- Try: orrery run scenarios/traffic/gateway_canary.lua --set 'edge.routes[3].to.shop-v2=30'
--      orrery run scenarios/traffic/gateway_canary.lua --set 'edge.routes[3].sticky=true'
--      orrery run scenarios/traffic/gateway_canary.lua --set edge.work=9ms
run { duration = "4m", warmup = "10s", seed = 7 }

local page = { ["GET /"] = { cpu(exponential "20ms") } }
service "shop" { replicas = 3, workers = 4, endpoints = page }
service "shop-v2" {
  replicas = 1, workers = 1,
  endpoints = { ["GET /"] = { cpu(exponential "25ms"), fail "2%" } },
}
service "search" { replicas = 2, workers = 4, endpoints = { ["GET /search"] = { cpu "10ms" } } }

ingress "edge" {
  replicas = 2, workers = 2, work = "0.4ms",
  routes = {
    { host = "shop.example.com", path = "/search", target = "search" },
    { host = "shop.example.com", cookies = { tester = "yes" }, target = "shop-v2" },
    { host = "shop.example.com", to = { shop = 90, ["shop-v2"] = 10 },
      timeout = "1s", retry = { attempts = 2, on = { "error", "timeout" } } },
  },
}

client "shoppers" {
  mix = { ["edge GET /"] = 4, ["edge GET /search"] = 1 }, rate = "250/s",
  host = "shop.example.com", cookies = { tester = { "yes", share = "1%" } },
}
client "lost" { target = "edge GET /", rate = "1/s", host = "www.example.com" } -- no such host: 404

expect.availability("shoppers", { above = "99.9%" })
expect.p99("search", { below = "30ms" })
