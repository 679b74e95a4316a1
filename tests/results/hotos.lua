-- A database that answers 300 calls a second, and callers who try once more after a second without an
-- answer. For ten seconds, from 60 s on, it stands still. What follows depends on the load alone.
local seed = 1
local load = 280
local retries = 1
local settle = "1000s"

run { duration = "1300s", warmup = settle, seed = seed }

service "database" { workers = 1, endpoints = { SELECT = { cpu "3.333333ms" } } }

client "app" {
  target = "database SELECT",
  rate = load .. "/s",
  timeout = "1s",
  retry = { attempts = retries + 1, backoff = "0s" },
}

at("60s", hang { "database", duration = "1ns" })
at("60s", cpuHog { "database", factor = 1000, duration = "10s" })
