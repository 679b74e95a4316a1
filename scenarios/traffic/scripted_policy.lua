-- A balancer and a breaker written in the scenario: fastest of two, and a breaker that remembers.
-- What to look for: one pod of three is slow from 20 s on. `plain` sends it every third call and pays
-- at its p95; `clever` sees how long each pod takes, asks two at random and takes the faster one.
-- `careful` gives up on a payment system that fails ten times in a row, and rests longer each time;
-- so it comes back up to 4 s after the payment system did.
-- Try: orrery run scenarios/traffic/scripted_policy.lua --seed 8
--      orrery run scenarios/traffic/scripted_policy.lua --set run.duration=2m
--      orrery run scenarios/traffic/scripted_policy.lua --set plain.balancer=leastRequest
run { duration = "1m", seed = 7 }

service "shop" {
  replicas = 3, workers = 16,
  endpoints = { ["GET /"] = { cpu(exponential "5ms") } },
}
service "payment" { endpoints = { ["POST /"] = { cpu "2ms" } } }
at("20s", slow { "shop", latency = exponential "50ms", pods = 1 })
at("15s", errors { "payment", ratio = "100%", duration = "20s" })

-- A moving average of each pod's answers; a pod nobody has heard of counts as fast.
local fastest_of_two = scripted {
  pick = function(state, backends, call)
    local a, b = math.random(#backends), math.random(#backends)
    local seen = state.seen or {}
    state.seen = seen
    return (seen[backends[a].pod] or 0) <= (seen[backends[b].pod] or 0) and a or b
  end,
  observe = function(state, backend, outcome, latency)
    local old = state.seen[backend.pod] or latency
    state.seen[backend.pod] = old + 0.2 * (latency - old)
  end,
}

-- Opens after ten failures in a row. Rests 1 s, then 2 s, then 4 s while the trial call fails too.
local patient = scriptedBreaker {
  onCall = function(state, now, call)
    if not state.rest then return true end
    if now < state.until_s then return "resting " .. state.rest .. " s" end
    if state.trial then return "one call is trying" end
    state.trial = true
    return true
  end,
  onReply = function(state, now, outcome, latency)
    state.failures = outcome == "ok" and 0 or (state.failures or 0) + 1
    if outcome == "ok" then
      state.rest, state.trial = nil, nil
    elseif state.trial or state.failures == 10 then
      state.rest, state.trial = state.rest and math.min(2 * state.rest, 4) or 1, nil
      state.until_s = now + state.rest
    end
  end,
}

client "plain" { target = "shop GET /", rate = "200/s", timeout = "2s" }
client "clever" { target = "shop GET /", rate = "200/s", timeout = "2s", balancer = fastest_of_two }
client "careful" { target = "payment POST /", rate = "50/s", timeout = "1s", filters = { patient } }

expect.p95("clever", { below = "40ms" })
expect.availability("careful", { above = "60%" })
