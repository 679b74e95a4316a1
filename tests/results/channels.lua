-- Connections that kube-proxy spreads by chance, one for each call: how many has the busiest pod?
--
-- Ten services, each with a caller of its own, so that one run is ten tries. A gRPC channel of n
-- connections opens one with each of its first n calls, and each goes to a pod by iptables' chain.
local seed = 1
local connections = 100
local pods = 100

run { duration = "1.5s", seed = seed }

for i = 0, 9 do
  service("api" .. i) { replicas = pods, maxReplicas = pods, async = true, endpoints = { GET = {} } }
  client("users" .. i) {
    target = "api" .. i .. " GET", rate = constantRate(connections .. "/s"),
    protocol = grpc { connections = connections, l4 = iptables },
  }
end
