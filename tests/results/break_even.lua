-- gRPC's retry throttle against a server that fails a share of all calls. A failure takes a token, a
-- success gives `ratio` back: below ratio / (1 + ratio), one failure in eleven, the bucket stays full
-- and every failure is tried again; above, it runs dry and hardly any is.
local seed = 1
local failing = 0.085
local ratio = 0.1

run { duration = "2000s", warmup = "100s", seed = seed }

service "server" { async = true, endpoints = { GET = { fail(failing) } } }

client "callers" {
  target = "server GET",
  rate = "200/s",
  retry = { attempts = 10, backoff = "0s", budget = retryThrottling { maxTokens = 100, tokenRatio = ratio } },
}
