-- A call graph: what a page waits for, and what it only uses.
--
-- The shop asks for the price first; then it asks for cart and reviews at once, and shows the
-- page when both are there. The reviews are slow, the cart is quick, and every hop takes 0.5 ms
-- each way.
--
-- What to look for: latency is the longest path (shop, prices, reviews, its database), not the
--   sum of all work. Making the cart twice as fast changes nothing; making prices 5 ms faster
--   saves 5 ms.
-- Try: orrery run scenarios/05_call_graph.lua --set 'cart.endpoints["GET"][1].work=1ms'
--      orrery run scenarios/05_call_graph.lua --set 'prices.endpoints["GET"][1].work=1ms'
--      orrery run scenarios/05_call_graph.lua --set network.latency=5ms
run { duration = "20m", warmup = "1m", seed = 7 }

network { latency = "0.5ms", internet = "10ms" }

service "shop" {
  replicas = 2, workers = 32,
  endpoints = { ["GET /"] = { cpu("2ms"), call "prices GET",
                              parallel { call "cart GET", call "reviews GET" }, cpu("1ms") } },
}
service "prices" { endpoints = { ["GET"] = { cpu("6ms") } } }
service "cart" { endpoints = { ["GET"] = { cpu("8ms") } } }
service "reviews" { endpoints = { ["GET"] = { cpu("3ms"), call "database SELECT" } } }
service "database" { workers = 16, endpoints = { ["SELECT"] = { wait(exponential("20ms")) } } }

client "visitors" { target = "shop GET /", rate = "50/s" }

-- Twice 10 ms of internet, 2 + 6 + 3 + 20 + 1 of work, and three hops there and back.
expect.mean("visitors", { near = "55ms", within = "5%" })
expect.availability("visitors", { atLeast = "100%" })
