-- gRPC through an L4 balancer: each caller has one connection, which stays at the pod that chance chose
-- for it. With one call on each connection the calls in flight at a pod are its connections: balls in
-- bins.
local seed = 1
local callers = 100
local pods = 100

run { duration = "20s", warmup = "10s", seed = seed }

service "back" {
  replicas = pods, maxReplicas = pods, async = true, occupancy = true, endpoints = { GET = { wait "1m" } },
}
service "front" {
  replicas = callers, maxReplicas = callers, async = true, balancer = roundRobin(),
  endpoints = { GET = { call { "back GET", protocol = grpc { l4 = iptables() } } } },
}

client "users" { target = "front GET", users = callers }
