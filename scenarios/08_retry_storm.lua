-- A retry storm: the outage is over after ten seconds, and the service stays down for ever.
--
-- A database answers 300 calls a second and is asked 280. For ten seconds it is a hundred times
-- slower. Callers give up after a second and try once more, so twice the calls come, 560 a
-- second; the database works on calls that nobody waits for any more, and so every call comes
-- too late.
--
-- What to look for: at 2m0s the stall begins, at 2m10s it is over, and yet nothing succeeds
--   until the end (ok/s is 0). The trigger is gone; the retries keep the storm going. Each of the
--   three cures below brings 100 % back: no retry, half the load, or no work in vain.
-- Try: orrery run scenarios/08_retry_storm.lua --set app.retry.attempts=1   (recovers)
--      orrery run scenarios/08_retry_storm.lua --set app.rate=140/s         (recovers)
--      orrery run scenarios/08_retry_storm.lua --set database.dropExpired=true (recovers)
-- Source: Bronson et al., Metastable failures in distributed systems (HotOS 2021).
run { duration = "10m", warmup = "5m", seed = 7 } -- figures begin long after the trigger

service "database" {
  workers = 1, onAbandon = "finish",
  endpoints = { ["SELECT"] = { cpu("3.333ms") } },
}

client "app" {
  target = "database SELECT", rate = "280/s", timeout = "1s",
  retry = { attempts = 2, backoff = "1s", jitter = "none" },
}

at("2m", cpuHog { "database", factor = 100, duration = "10s" })

expect.availability("app", { below = "5%" })
expect.throughput("app", { below = "15/s" })
