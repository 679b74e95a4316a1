-- One queue: a worker, a line in front of it, and the time that people spend in the line.
--
-- Calls come at random, 80 a second, and each needs 10 ms of work on average. The worker is busy
-- 80 % of the time, so one might expect a call to take 10 ms or a little more. It takes 50.
--
-- What to look for: latency (mean) is five times the work, and nearly all of it is wait. One
--   call in a hundred takes more than 230 ms. Theory (M/M/1): mean = work / (1 - utilization).
-- Try: orrery run scenarios/01_one_queue.lua --set shop.workers=2
--      orrery run scenarios/01_one_queue.lua --set customers.rate=90/s
--      orrery run scenarios/01_one_queue.lua --set 'shop.endpoints["GET /"][1].work=10ms'
run { duration = "2h", warmup = "2m", seed = 7 }

service "shop" {
  workers = 1,
  endpoints = { ["GET /"] = { cpu(exponential("10ms")) } },
}

client "customers" { target = "shop GET /", rate = "80/s" }

expect.mean("customers", { near = "50ms", within = "5%" })
expect.p99("customers", { near = "230ms", within = "10%" })
expect.availability("customers", { atLeast = "100%" })
