-- A server that fails a share of all calls, and a client that tries again at once.
local seed = 1
local span = "1000000s"
local failing = 0.1
local attempts = 4

run { duration = span, seed = seed }

service "flaky" { async = true, endpoints = { GET = { fail(failing) } } }

client "users" {
  target = "flaky GET",
  rate = "1/s",
  retry = { attempts = attempts, backoff = "0s" },
}
