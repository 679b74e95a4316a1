-- Eight pods of which two are broken, and customers with a shard of two pods each. Who may try often
-- fails only if both of his are the broken ones: one pair of 28.
local seed = 1
local pods = 8
local size = 2

run { duration = "1000s", seed = seed }

service "api" {
  replicas = pods, async = true, balancer = random(), trafficPolicy = { subset = shuffleShard(size) },
  endpoints = { GET = {} },
}

client "users" {
  target = "api GET", rate = "500/s", keys = uniformKeys(1000000),
  retry = { attempts = 40, backoff = "0s" },
}
at("0s", errors { "api GET", ratio = 1, pods = size })
