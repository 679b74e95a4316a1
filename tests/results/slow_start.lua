-- A second pod joins at 100 s and is warmed up for a minute. Each client looks at two seconds of
-- that, with a second on either side of its time; calls to the old pod take 1 ms longer.
local seed = 1
local balancer = roundRobin { slowStart = "60s" }

run { duration = "180s", seed = seed }

service "api" { replicas = 1, maxReplicas = 2, async = true, balancer = balancer, endpoints = { GET = {} } }

for _, t in ipairs { 3, 15, 30, 45, 70 } do
  client("t" .. t) { target = "api GET", rate = "500/s", start = 99 + t .. "s", stop = 101 + t .. "s" }
end
at("0s", slow { "api GET", pods = 1, latency = "1ms" })
at("100s", scale { "api", replicas = 2 })
