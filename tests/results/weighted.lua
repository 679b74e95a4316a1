-- Two pods, and how much of the load each has: calls to the first one take 1 ms longer.
local seed = 1
local balancer = maglev()
local weights = { 1, 2 }
local time = "0s"
local rate = "1000/s"

run { duration = "1000s", warmup = "100s", seed = seed }

service "api" {
  replicas = 2, async = true, balancer = balancer, weights = weights,
  endpoints = { GET = { wait(time) } },
}

client "users" { target = "api GET", rate = constantRate(rate) }
at("0s", slow { "api GET", pods = 1, latency = "1ms" })
