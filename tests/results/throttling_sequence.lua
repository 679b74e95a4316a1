-- gRPC's retry throttle: from ten tokens a failure takes one, and five or less allow no retry. The
-- first call is tried five times, and no later one more than once, as long as everything fails.
local seed = 1
local again = retry { attempts = 10, backoff = "0s", budget = retryThrottling {} }

run { duration = "100.5s", seed = seed }

service "server" { async = true, endpoints = { GET = { fail() } } }

client "callers" { target = "server GET", rate = constantRate "1/s", retry = again }
