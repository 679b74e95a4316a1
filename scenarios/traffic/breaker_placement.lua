-- Where to put the circuit breaker: inside the retry, outside of it, or outside of the timeout.
--
-- A payment service hangs for a minute, from 1 min on: it takes calls and answers none, and each keeps
-- one of its thousand threads for ever. Four callers give up after a second and try three times, 50
-- new calls a second each. Only the place of the breaker differs; it opens when half of the last 20
-- calls have failed, and lets three through every 5 s to see.
--
-- What to look for:
--   none     3 s until a call has failed, three attempts each: all threads are gone within 8 s, and
--            when the fault is over nothing works again (34 % of three minutes).
--   inside   the breaker sees each attempt and opens 1.3 s after the fault began. What it refuses is
--            not tried again, so customers are told at once. Payment had 103 attempts, and recovers.
--   outside  it sees whole calls, which fail after three attempts: it opens 2 s later, and looks with
--            three attempts each: six times as many threads are lost.
--   no-limit the only timeout stands around the breaker. What never ends is never counted as a
--            failure, so it never opens: a breaker sees failures, not silence.
-- Try: orrery run scenarios/traffic/breaker_placement.lua --set run.duration=10m
--      orrery run scenarios/traffic/breaker_placement.lua --set payment-none.onAbandon=cancel
-- Source: Nygard, Release It! (2007); resilience4j: Retry( CircuitBreaker( TimeLimiter( call ) ) ).
run { duration = "3m", seed = 7 }

local guard = breaker {
  slidingWindowSize = 20, minimumNumberOfCalls = 20, waitDurationInOpenState = "5s",
  permittedNumberOfCallsInHalfOpenState = 3,
}
local again = retry { attempts = 3, backoff = "50ms" }
local limit = timeout "1s"

local orders = {
  none = { again, limit },
  inside = { again, guard, limit },
  outside = { guard, again, limit },
  ["no-limit"] = { timeout "3s", again, guard },
}

for name, order in pairs(orders) do
  service("payment-" .. name) { workers = 1000, endpoints = { ["POST"] = { wait(exponential "20ms") } } }
  client(name) { target = "payment-" .. name .. " POST", rate = "50/s", filters = order }
  at("1m", hang { "payment-" .. name, duration = "1m" })
end

expect.availability("none", { below = "40%" })
expect.availability("inside", { above = "66%" })
expect.availability("outside", { above = "60%", below = "65%" })
expect.availability("no-limit", { below = "40%" })
