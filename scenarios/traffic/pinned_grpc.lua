-- gRPC behind a Kubernetes Service: callers pinned to a pod each, and three cures.
--
-- Ten callers send 80 calls a second each to eight pods, which answer 125 a second each. kube-proxy
-- chooses a pod for each connection, and a gRPC channel is one connection.
--
-- What to look for: busiest_pod is how many times its share the busiest pod gets.
--   pinned   some pods have two or three callers and too much to do, others have none
--   http1    a connection a call: spread by churn, for one more round trip each time
--   age      the server ends connections at 10 s or so: pinned still, but to another pod each time
--   client   a headless Service and round robin in the client: each call goes to the next pod
--   proxy    the same behind a gateway, whose proxies balance requests: one more hop
-- Try: orrery run scenarios/traffic/pinned_grpc.lua --seed 3
--      orrery run scenarios/traffic/pinned_grpc.lua --set pods-age.protocol.maxConnectionAge=2s
--      orrery run scenarios/traffic/pinned_grpc.lua --set pods-pinned.protocol.connections=8
run { duration = "3m", warmup = "30s", seed = 7 }
network { latency = "0.5ms" }

local cures = {
  pinned = grpc { l4 = iptables },
  http1 = http1 { l4 = iptables, requestsPerConnection = 1 },
  age = grpc { l4 = iptables, maxConnectionAge = "10s" },
  client = grpc {},
  proxy = grpc {},
}

gateway "proxy" {
  work = "0.1ms", protocol = grpc {}, routes = { { target = "pods-proxy GET" } },
}

for name, protocol in pairs(cures) do
  service("pods-" .. name) {
    replicas = 8, workers = 1, protocol = protocol,
    endpoints = { GET = { cpu(exponential("8ms")) } },
  }
  local target = name == "proxy" and "proxy GET /" or "pods-" .. name .. " GET"
  service("callers-" .. name) {
    replicas = 10, workers = 64, endpoints = { GET = { call { target, timeout = "1s" } } },
  }
  client(name) { target = "callers-" .. name .. " GET", rate = "800/s" }
end
