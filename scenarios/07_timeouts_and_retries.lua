-- Timeouts and retries: what they buy, and what they cost.
--
-- One call in twenty fails, and one in fifty answers only after 30 s. Four callers meet the same
-- server: one trusts it, one gives up after 200 ms, one tries again, one does both.
--
-- What to look for: three attempts lift availability from 95 % to 99.99 %, because attempts fail
--   independently (1 - 0.05^3). But who has no timeout still waits 30 s for the slow ones (p99).
--   A timeout alone turns slow answers into failures. Both together are good and fast, for 7 %
--   more calls.
-- Try: orrery run scenarios/07_timeouts_and_retries.lua --set both.timeout=20ms
--      orrery run scenarios/07_timeouts_and_retries.lua --set both.retry.attempts=10
--      orrery run scenarios/07_timeouts_and_retries.lua --set both.retry.attempts=2
run { duration = "30m", warmup = "1m", seed = 7 }

service "flaky" {
  replicas = 3, workers = 1000, onAbandon = "cancel",
  endpoints = { ["GET"] = { wait(exponential("10ms")), fail("5%") } },
}

-- A slow disk: it is the attempt that is unlucky, not the customer.
at("0s", slow { "flaky", latency = mixture { weighted { 98, "0s" }, weighted { 2, "30s" } } })

local again = retry { attempts = 3, backoff = "50ms", jitter = "full" }

client "trusting" { target = "flaky GET", rate = "100/s" }
client "impatient" { target = "flaky GET", rate = "100/s", timeout = "200ms" }
client "stubborn" { target = "flaky GET", rate = "100/s", retry = again }
client "both" { target = "flaky GET", rate = "100/s", timeout = "200ms", retry = again }

expect.availability("trusting", { above = "94%", below = "96%" })
expect.availability("impatient", { above = "92%", below = "94%" })
expect.availability("stubborn", { above = "99.9%" })
expect.p99("stubborn", { above = "29s" })
expect.availability("both", { above = "99.9%" })
expect.p99("both", { below = "400ms" })
