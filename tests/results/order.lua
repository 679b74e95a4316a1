-- Ten pods of one worker each, and four ways to choose among them, for the same customers: one queue
-- for all, the shortest of ten queues, the shorter of two, any.
local seed = 1
local span = "50000s"
local warmup = "1000s"
local load = 0.9

run { duration = span, warmup = warmup, seed = seed }

local work = { cpu(exponential "1s") }
local ways = { jsq = leastRequest {}, two = powerOfTwo {}, any = random {} }

service "central" { workers = 10, endpoints = { GET = work } }
client "central" { target = "central GET", rate = load * 10 .. "/s" }

for name, way in pairs(ways) do
  service(name) { replicas = 10, workers = 1, balancer = way, endpoints = { GET = work } }
  client(name) { target = name .. " GET", rate = load * 10 .. "/s" }
end
