-- One station: calls come, wait for a worker, are served, and leave.
-- Kendall's A/S/c/K with any discipline: every local below is a letter of it.
local seed = 1
local span = "1000000s"
local warmup = "10000s"
local arrivals = poisson "0.8/s"
local work = exponential "1s"
local workers = 1
local queueLimit = "unlimited"
local discipline = "fifo"
local patience = nil
local occupancy = false

run { duration = span, warmup = warmup, seed = seed }

service "station" {
  workers = workers,
  queueLimit = queueLimit,
  discipline = discipline,
  queueTimeout = patience,
  occupancy = occupancy,
  endpoints = { GET = { cpu(work) } },
}

client "users" { target = "station GET", rate = arrivals }
