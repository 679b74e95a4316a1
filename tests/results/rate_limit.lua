-- A rate limit of one call a second that lets bursts through, and Poisson calls.
local seed = 1
local load = 0.8
local burst = 5
local algorithm = "gcra"

run { duration = "1000000s", seed = seed }

service "api" { async = true, endpoints = { GET = {} } }

client "users" {
  target = "api GET",
  rate = load .. "/s",
  filters = { rateLimit { rate = "1/s", burst = burst, algorithm = algorithm } },
}
