-- Open against closed loop: a load test that waits for its answers measures its own politeness.
--
-- The server works 0.1 ms on average, but once in a thousand times 10 ms (a pause). A user of the
-- closed loop sends a call when the last one is answered: while the server pauses it asks nothing.
-- In the open loop calls keep coming, as from people who know nothing of each other, and pile up.
--
-- What to look for: the closed loop's p99 is half a millisecond, the open loop's is nearly 50 ms, at the
--   same work. The closed loop's server is even busier (100 %): only that nobody is ever kept
--   waiting in line.
-- Try: orrery run scenarios/09_open_and_closed.lua --set closed.users=50
--      orrery run scenarios/09_open_and_closed.lua --set open.rate=3600/s
-- Source: Schroeder, Wierman and Harchol-Balter, Open versus closed: a cautionary tale (2006);
--   the figures are those of Brooker, Open and closed, omission and collapse (2023).
run { duration = "3m", warmup = "5s", seed = 7 }

for _, loop in ipairs { "open", "closed" } do
  local work = mixture { weighted { 999, exponential "0.1ms" }, weighted { 1, exponential "10ms" } }
  service("server-" .. loop) { workers = 1, endpoints = { ["GET"] = { cpu(work) } } }
end

client "open" { target = "server-open GET", rate = "7279/s" } -- 80 % busy
client "closed" { target = "server-closed GET", users = 1 }

expect.p99("open", { near = "45.8ms", within = "15%" }) -- M/G/1, by inversion of its transform
expect.p99("closed", { below = "1ms" })
