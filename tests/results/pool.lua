-- A pool of connections is a queue: what HTTP/1.1 makes of calls that HTTP/2 lets through.
--
-- The service never waits; each call takes its time there. On HTTP/1.1 a connection carries one
-- call at a time, so c of them are M/M/c. On one HTTP/2 connection of s streams it is M/M/s.
local seed = 1
local rate = "8/s"
local protocol = http1 { maxConnections = 10, maxIdle = 10 }
local span = "100000s"

run { duration = span, warmup = "1000s", seed = seed }

service "api" { async = true, endpoints = { GET = { wait(exponential("1s")) } } }
client "users" { target = "api GET", rate = rate, protocol = protocol }
