-- A hundred callers of ten calls a second each, for ten seconds, and a server that fails a share of
-- all calls. Every caller (a pod, as its state is its own) tries again while its budget lasts.
local seed = 1
local failing = 0.5
local again = retry { attempts = 255, backoff = "0s", budget = tokenBudget { ratio = "10%", capacity = 5 } }

run { duration = "10s", seed = seed }

service "flaky" { async = true, endpoints = { GET = { fail(failing) } } }
service "caller" {
  replicas = 100, async = true, balancer = random(),
  endpoints = { GET = { call { "flaky GET", retry = again } } },
}

client "users" { target = "caller GET", rate = "1000/s" }
