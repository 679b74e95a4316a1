-- 6200 calls a second, 3 s of patience, up to four retries; at 60 s the server loses most of its CPU
-- for ten seconds. It works on calls whose callers have given up, as it cannot know.
local seed = 1
local capacity = 16500
local cut = 0.78

run { duration = "130s", warmup = "110s", seed = seed }

service "server" { workers = 1, endpoints = { GET = { cpu(1 / capacity .. "s") } } }

client "app" {
  target = "server GET",
  rate = "6200/s",
  timeout = "3s",
  retry = { attempts = 5, backoff = "0s" },
}

at("60s", cpuHog { "server", factor = 1 / (1 - cut), duration = "10s" })
