-- A sinkhole: the pod that fails fastest is the one least busy, and gets the most calls.
--
-- Five callers with ten pods each. At 20 s one pod of each ten begins to fail at once: it never has a
-- call in flight, so who looks for the idlest pod finds it first. Outlier detection ejects it after
-- five failures in a row, for 30 s, then 60 s, then 90 s, and up to the next sweep each time.
--
-- What to look for: who chooses at random or in turn loses a tenth of the calls, who looks at two pods
--   two tenths, who looks at all of them more than half. With outlier detection it is five calls an
--   ejection (policies: ejections).
-- Try: orrery run scenarios/traffic/sinkhole.lua --set cured.balancer=random
--      orrery run scenarios/traffic/sinkhole.lua --set cured.trafficPolicy.outlierDetection.baseEjectionTime=1s
--      orrery run scenarios/traffic/sinkhole.lua --set run.duration=10m
-- Source: Envoy, Outlier detection: 5 consecutive 5xx, 10 s interval, 30 s base ejection time.
run { duration = "3m", warmup = "20s", seed = 7 }

local balancers = {
  chance = random(), turns = roundRobin(), two = powerOfTwo(2), all = leastRequest(),
  cured = leastRequest(),
}
for _, name in ipairs { "chance", "turns", "two", "all", "cured" } do
  service(name .. "-pods", {
    replicas = 10, workers = 100,
    endpoints = { ["GET"] = { wait(exponential "50ms") } },
  })
  at("20s", errors { name .. "-pods", ratio = "100%", pods = 1 })
  client(name, {
    target = name .. "-pods GET", rate = "300/s", balancer = balancers[name],
    trafficPolicy = name == "cured" and { outlierDetection = {} } or nil,
  })
end

expect.availability("chance", { above = "89.5%", below = "90.5%" })
expect.availability("turns", { above = "89.9%", below = "90.1%" })
expect.availability("two", { above = "78%", below = "85%" })
expect.availability("all", { below = "50%" })
expect.availability("cured", { above = "99.9%" })
