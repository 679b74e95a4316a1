-- A hundred callers ask two pods by name, and thirty times one of the pods is taken away and comes back.
-- Each caller goes on asking it until its cached answer is too old; half of its calls go there and fail:
-- one of the hundred callers' two calls a second, for each second that its answer is stale.
local seed = 1
local ttl = 30
local server_cache = "0s"
local client_ttl = nil

run { duration = "5400s", warmup = "200s", seed = seed }
coredns { ttl = ttl .. "s", cache = server_cache, cpuPerQuery = "1ns" }

service "back" { replicas = 2, async = true, balancer = random(), endpoints = { GET = {} } }
service "front" {
  replicas = 100, maxReplicas = 100, async = true, balancer = roundRobin(),
  endpoints = {
    GET = {
      call {
        "back GET",
        discovery = dns { headless = true, ttl = client_ttl, propagation = "0s", aaaa = false },
      },
    },
  },
}

-- First the callers look the name up one after another, so that their answers differ in age.
client "first" { target = "front GET", rate = constantRate(100 / ttl .. "/s"), stop = ttl .. "s" }
client "users" { target = "front GET", rate = "200/s", start = ttl .. "s" }

-- 173 s apart, so that the ages of what the name servers have cached are of every sort.
for n = 0, 29 do
  at(200 + 173 * n .. "s", scale { "back", replicas = 1 })
  at(290 + 173 * n .. "s", scale { "back", replicas = 2 })
end
