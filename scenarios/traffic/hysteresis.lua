-- Metastable failure with hysteresis: the same load works on the way up and fails on the way down.
--
-- A database answers 300 calls a second and keeps a queue of two seconds. Callers give up after a
-- second and try once more a second later. The load climbs from 60 to 320 a second in steps of two
-- minutes, and then goes back down the same steps. Nothing else happens: no fault, no release.
--
-- What to look for: going up, 280 a second are served without a failure, at 93 % of what the
--   database can do. 320 are too many for anybody. But going down, 280, 220 and 160 a second fail
--   too, all of them: each call comes twice, and 320 calls a second keep the queue longer than
--   anyone waits. Only below 150, half of what the database can do, it works again. Between 150 and
--   300 both states are stable, and history decides: that is what "metastable" means.
-- Try: orrery run scenarios/traffic/hysteresis.lua --set database.queueLimit=250    (no hysteresis)
--      orrery run scenarios/traffic/hysteresis.lua --set database.dropExpired=true  (nearly none)
-- Source: Bronson et al., Metastable failures in distributed systems (HotOS 2021).
local loads = { 60, 120, 140, 160, 220, 280, 320 }
local step = 120 -- seconds

run { duration = (2 * #loads - 1) * step .. "s", warmup = "0s", seed = 7 }

service "database" {
  workers = 1, queueLimit = 600,
  endpoints = { ["SELECT"] = { cpu("3.333ms") } },
}

local function ask(number, way, load)
  client(way .. "-" .. load) {
    target = "database SELECT", rate = load .. "/s", timeout = "1s",
    retry = { attempts = 2, backoff = "1s", jitter = "none" },
    start = (number - 1) * step .. "s", stop = number * step .. "s",
  }
end

for i, load in ipairs(loads) do
  ask(i, "up", load)
  if i < #loads then ask(2 * #loads - i, "down", load) end
end

expect.availability("up-280", { above = "99.9%" })
expect.availability("up-320", { below = "60%" })
expect.availability("down-280", { below = "1%" })
expect.availability("down-160", { below = "1%" })
expect.availability("down-120", { above = "95%" })
