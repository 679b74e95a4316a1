-- Shedding: four queues under half as much again as they can serve.
--
-- A service does 400 calls a second; from 20 s to 50 s it is asked 600. Callers give up after 500 ms,
-- and what they gave up is worked on all the same. Four such services, alike but for their queue.
--
-- What to look for: first come, first served makes everybody wait longer than they will: 19 % of the
--   calls are answered in time, and for the rest of the run none. The newest first answers 79 %, and
--   lets the others wait in vain. CoDel answers 78 %, the others are told at once, and the queue is seven
--   long instead of two thousand. With both, who is answered waited half as long.
-- Try: orrery run scenarios/traffic/shedding.lua --set fifo.dropExpired=true
-- Source: Maurer, Fail at scale, ACM Queue 13 (2015).
run { duration = "80s", seed = 7 }

local queues = {
  fifo = "fifo",
  lifo = adaptiveLifo {},
  codel = codel {},
  both = codel { adaptiveLifo = true },
}
for _, name in ipairs { "fifo", "lifo", "codel", "both" } do
  service(name, { workers = 4, discipline = queues[name],
    endpoints = { ["GET"] = { cpu(exponential "10ms") } } })
  client(name .. "-users", { target = name .. " GET", timeout = "500ms",
    rate = burst { base = "200/s", peak = "600/s", at = "20s", duration = "30s" } })
end

expect.availability("fifo-users", { below = "25%" })
expect.availability("lifo-users", { above = "75%" })
expect.availability("codel-users", { above = "75%" })
expect.availability("both-users", { above = "75%" })
expect.p99("codel-users", { below = "120ms" })
expect.p99("both-users", { below = "100ms" })
