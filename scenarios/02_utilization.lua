-- Utilization against latency: the last few percent of a machine are the expensive ones.
--
-- Five shops, each with one worker and 10 ms of work a call, that differ only in how busy they
-- are.
--
-- What to look for: from 50 % to 80 % busy latency grows from 20 to 50 ms; from 90 % to 95 % it
--   doubles from 100 to 200 ms. The curve is 1 / (1 - utilization): it has no knee, only a wall.
-- Try: orrery run scenarios/02_utilization.lua --set customers-95.rate=98/s
--      orrery run scenarios/02_utilization.lua --seed 8     (95 % busy: the mean moves)
run { duration = "4h", warmup = "10m", seed = 7 }

for _, percent in ipairs { 50, 70, 80, 90, 95 } do
  local shop, customers = "shop-" .. percent, "customers-" .. percent

  service(shop) {
    workers = 1,
    endpoints = { ["GET /"] = { cpu(exponential("10ms")) } },
  }
  client(customers) { target = shop .. " GET /", rate = percent .. "/s" }

  local mean = 10 / (1 - percent / 100)
  expect.mean(customers, { near = mean .. "ms", within = percent < 90 and "5%" or "15%" })
end
