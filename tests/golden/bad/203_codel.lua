-- Queues that shed, said wrong.
run { duration = "1m" }
local function shop(name, discipline)
  service(name, { discipline = discipline, endpoints = { ["GET /"] = { cpu("5ms") } } })
end
shop("a", codel { target = "200ms" })
shop("b", codel { interval = 100 })
shop("c", adaptiveLifo { interval = "-1s" })
shop("d", priority { evict = "yes" })
