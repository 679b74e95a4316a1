-- Several equal pods, one worker each, and one balancer before them.
local seed = 1
local span = "1000000s"
local warmup = "10000s"
local pods = 2
local load = 0.8
local balancer = leastRequest {}
local occupancy = false

run { duration = span, warmup = warmup, seed = seed }

service "station" {
  replicas = pods,
  maxReplicas = pods,
  workers = 1,
  balancer = balancer,
  occupancy = occupancy,
  endpoints = { GET = { cpu(exponential "1s") } },
}

client "users" { target = "station GET", rate = poisson(load * pods .. "/s") }
