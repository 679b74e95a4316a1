-- gRPC behind a Kubernetes Service: pods that are added get nothing, and three cures.
--
-- Thirty-two callers send 20 calls a second each to four pods, which answer 125 a second each: too
-- few, so that at 0:20 there are twelve. kube-proxy chooses a pod for each connection, and a gRPC
-- channel is one connection. Figures are those after 1:00; busiest_pod is how many times its share the
-- busiest pod has.
--
-- What to look for: twelve pods could do twice what is asked of them.
--   pinned    52 %  all connections are where they were; eight pods do nothing
--   age      100 %  the server ends connections at about 5 s, and the next goes anywhere: even on
--                   average, but at times one pod has seven callers (p99 248 ms)
--   client   100 %  a headless Service, and round robin in the client: each call takes the next pod
--   proxy    100 %  the same in a proxy between; one for all knows more than 32 clients (p99 46 ms, 62)
--   http1    100 %  REST without keep-alive: spread by churn, a round trip and 1.4 kB more a call
-- Try: orrery run scenarios/traffic/pinned_grpc.lua --set pods-age.protocol.maxConnectionAge=30s
--      orrery run scenarios/traffic/pinned_grpc.lua --set pods-pinned.protocol.connections=12
--      orrery run scenarios/traffic/pinned_grpc.lua --set pods-pinned.replicas=12
-- Source: Kubernetes blog, gRPC load balancing on Kubernetes without tears (2018).
run { duration = "3m", warmup = "1m", seed = 7 }
network { latency = "0.5ms" }

local cures = {
  pinned = grpc { l4 = iptables },
  age = grpc { l4 = iptables, maxConnectionAge = "5s" },
  client = grpc {},
  proxy = grpc {},
  http1 = http1 { l4 = iptables, requestsPerConnection = 1 },
}

gateway "proxy" {
  work = "0.1ms", protocol = grpc {}, routes = { { target = "pods-proxy GET" } },
}

for name, protocol in pairs(cures) do
  service("pods-" .. name) {
    replicas = 4, workers = 1, protocol = protocol, dropExpired = true,
    endpoints = { GET = { cpu(exponential("8ms")) } },
  }
  local target = name == "proxy" and "proxy GET /" or "pods-" .. name .. " GET"
  service("callers-" .. name) {
    replicas = 32, workers = 64, endpoints = { GET = { call { target, timeout = "1s" } } },
  }
  client(name) { target = "callers-" .. name .. " GET", rate = "640/s", balancer = random() }
  at("20s", scale { "pods-" .. name, replicas = 12 })
end

expect.availability("pinned", { below = "85%" })
for _, cure in ipairs { "age", "client", "proxy", "http1" } do
  expect.availability(cure, { above = "99%" })
end
