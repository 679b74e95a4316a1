-- How a queue fills: many equal stations, empty at the start, looked at after a while.
-- A random choice splits Poisson calls into independent Poisson streams, so n pods are n runs.
local seed = 1
local after = "20s"
local stations = 2000
local rate = 1600

run { duration = after, seed = seed }

service "station" {
  replicas = stations,
  maxReplicas = stations,
  workers = 1,
  balancer = "random",
  endpoints = { GET = { cpu(exponential "1s") } },
}

client "users" { target = "station GET", rate = poisson(rate .. "/s") }
