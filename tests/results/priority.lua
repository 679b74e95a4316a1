-- Two priority levels of a hundred pods each, some of whose health checks fail. Which calls go to which
-- level can be told by their time: pods of level 0, healthy or not, take 10 ms longer.
local seed = 1
local sick = { 50, 0 } -- of the first and of the second level

run { duration = "130s", warmup = "30s", seed = seed }

-- The sick pods of both levels stand first, as faults hit the first so many.
local levels = {}
for level = 0, 1 do
  for _ = 1, sick[level + 1] do table.insert(levels, level) end
end
for level = 0, 1 do
  for _ = 1, 100 - sick[level + 1] do table.insert(levels, level) end
end

service "api" {
  replicas = 200, maxReplicas = 200, async = true, balancer = random(), priorities = levels,
  trafficPolicy = {
    healthCheck = { "healthz", interval = "5s", unhealthyThreshold = 1, healthyThreshold = 1 },
  },
  endpoints = { GET = {}, healthz = {} },
}

client "users" { target = "api GET", rate = "2000/s" }

local all_sick = sick[1] + sick[2]
if all_sick > 0 then at("0s", errors { "api healthz", ratio = 1, pods = all_sick }) end
-- Of the second level only the sick ones stand among the first.
if all_sick + 100 - sick[1] > 0 then
  at("0s", slow { "api GET", pods = all_sick + 100 - sick[1], latency = "10ms" })
end
