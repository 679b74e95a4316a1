-- Closed loop: users who think, ask, and wait for the answer before they think again.
local seed = 1
local span = "1000000s"
local warmup = "10000s"
local users = 10

run { duration = span, warmup = warmup, seed = seed }

service "station" {
  workers = 1,
  endpoints = { GET = { cpu(exponential "1s") } },
}

client "users" { target = "station GET", users = users, think = exponential "9s" }
