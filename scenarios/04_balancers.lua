-- Balancers: four ways to choose among ten pods that are 90 % busy.
--
-- Each group of ten pods has its own customers, 900 a second, and 10 ms of work a call. Only the
-- way of choosing a pod differs.
--
-- What to look for: random sends two calls to one pod while its neighbour sleeps (100 ms).
--   Taking turns helps some. Looking at two pods and taking the emptier one gets most of what
--   looking at all ten gets: that is the power of two choices.
-- Try: orrery run scenarios/04_balancers.lua --set by-p2c.balancer.choices=3
--      orrery run scenarios/04_balancers.lua --set by-least.replicas=9
--      orrery run scenarios/04_balancers.lua --reps 5       (intervals: is the order real?)
run { duration = "10m", warmup = "1m", seed = 7 }

local ways = { random = random(), turns = roundRobin(), p2c = powerOfTwo(), least = leastRequest() }

for name, way in pairs(ways) do
  service("by-" .. name) {
    replicas = 10, workers = 1, balancer = way,
    endpoints = { ["GET /"] = { cpu(exponential("10ms")) } },
  }
  client("customers-" .. name) { target = "by-" .. name .. " GET /", rate = "900/s" }
end

expect.mean("customers-random", { above = "80ms" })
expect.mean("customers-turns", { below = "75ms" })
expect.mean("customers-p2c", { near = "30ms", within = "10%" })
expect.mean("customers-least", { below = "22ms" })
