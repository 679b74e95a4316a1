-- The tail at scale: a request is as slow as the slowest of the leaves it asks.
-- Leaves never queue here; only their own time counts.
local seed = 1
local span = "100000s"
local leaves = 10
local leaf = wait(exponential "1s")

run { duration = span, seed = seed }

local calls = {}
for i = 1, leaves do
  calls[i] = call "leaf GET"
end

service "leaf" { async = true, endpoints = { GET = { leaf } } }
service "root" { async = true, endpoints = { GET = { parallel(calls) } } }

client "users" { target = "root GET", rate = "1/s" }
