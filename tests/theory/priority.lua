-- Classes of users, the first most important, at one worker.
local seed = 1
local span = "1000000s"
local warmup = "10000s"
local rates = { 0.3, 0.5 }
local means = { 1, 1 }
local preemptive = false

run { duration = span, warmup = warmup, seed = seed }

local endpoints = {}
for i, mean in ipairs(means) do
  endpoints["class" .. i] = { cpu(exponential(mean .. "s")) }
end

service "station" {
  workers = 1,
  discipline = priority { preemptive = preemptive },
  endpoints = endpoints,
}

for i, rate in ipairs(rates) do
  client("class" .. i) {
    target = "station class" .. i,
    rate = poisson(rate .. "/s"),
    priority = #rates - i,
  }
end
