-- gRPC through an L4 balancer: connections stay at the pod that chance chose for each, so pods are bins and
-- connections balls. Many callers have one each: with one call on each the calls in flight at a pod are its
-- connections. Or the channel of one caller has many, opened by its first calls; which of them carries the
-- next call depends on which was ready first, so there the connections themselves are counted.
local seed = 1
local callers = 100
local connections = 1
local pods = 100

run { duration = "20s", warmup = "10s", seed = seed }

service "back" {
  replicas = pods, maxReplicas = pods, async = true, occupancy = true, endpoints = { GET = { wait "1m" } },
}
service "front" {
  replicas = callers, maxReplicas = callers, async = true, balancer = roundRobin(),
  endpoints = {
    GET = { call { "back GET", protocol = grpc { connections = connections, l4 = iptables() } } },
  },
}

client "users" { target = "front GET", users = callers * connections }
