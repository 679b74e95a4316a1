-- Fork-join: each request asks all the legs at once and waits for the slowest.
-- The legs are queues of their own, and correlated, because their calls come together.
local seed = 1
local span = "1000000s"
local warmup = "10000s"
local rate = "0.5/s"
local legs = 2

run { duration = span, warmup = warmup, seed = seed }

local calls = {}
for i = 1, legs do
  service("leg" .. i) { workers = 1, endpoints = { GET = { cpu(exponential "1s") } } }
  calls[i] = call("leg" .. i .. " GET")
end

service "join" { async = true, endpoints = { GET = { parallel(calls) } } }

client "users" { target = "join GET", rate = rate }
