-- Processor sharing is fair: short and long jobs are slowed down by the same factor.
-- Half of the load comes as jobs of 0.5 s, half as jobs of 2 s.
local seed = 1
local span = "1000000s"
local warmup = "10000s"
local load = 0.8

run { duration = span, warmup = warmup, seed = seed }

service "station" {
  workers = 1,
  discipline = "ps",
  endpoints = { short = { cpu "0.5s" }, long = { cpu "2s" } },
}

client "short" { target = "station short", rate = poisson(load / 2 / 0.5 .. "/s") }
client "long" { target = "station long", rate = poisson(load / 2 / 2 .. "/s") }
