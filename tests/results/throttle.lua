-- A backend that can accept 100 calls a second and refuses the rest, and callers who throttle
-- themselves by what it accepts.
local seed = 1
local offered = 300

run { duration = "1800s", warmup = "600s", seed = seed }

service "backend" {
  workers = 1, queueLimit = 20,
  endpoints = { GET = { cpu "10ms" } },
}

client "callers" { target = "backend GET", rate = offered .. "/s", filters = { throttle { k = 2 } } }
