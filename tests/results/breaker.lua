-- A breaker with resilience4j's defaults, ten calls a second, and a server that fails from 100.05 s
-- on for two minutes.
--
-- 1000 calls succeed (a window of 100). It opens at the 50th failure, when half of the last hundred
-- have failed (105 s), lets ten calls through 60 s later (they fail), ten more after another 60 s (they
-- succeed, as the server is well again), and closes.
local seed = 1
local again = breaker {}

run { duration = "300s", seed = seed }

service "server" { async = true, endpoints = { GET = {} } }

client "callers" { target = "server GET", rate = constantRate "10/s", filters = { again } }

at("100.05s", errors { "server", ratio = 1, duration = "120s" })
