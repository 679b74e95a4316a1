-- A hundred pods, some of them sick, and what becomes of calls: a sick pod fails them all. Below half
-- of the pods healthy the balancer heeds no health any more.
local seed = 1
local sick = 51

run { duration = "130s", warmup = "30s", seed = seed }

service "api" {
  replicas = 100, maxReplicas = 100, async = true, balancer = random(),
  trafficPolicy = {
    healthCheck = { "healthz", interval = "5s", unhealthyThreshold = 1, healthyThreshold = 1 },
  },
  endpoints = { GET = {}, healthz = {} },
}

client "users" { target = "api GET", rate = "2000/s" }
at("0s", errors { "api", ratio = 1, pods = sick })
