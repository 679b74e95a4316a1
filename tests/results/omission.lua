-- Coordinated omission: 100 s of calls that take 1 ms, then a stall of 100 s.
-- One who waits for each answer sends a single call into the stall; of calls that come as they must,
-- every 10 ms, ten thousand fall into it.
local seed = 1

run { duration = "202s", seed = seed }

for _, loop in ipairs { "naive", "true" } do
  service("server-" .. loop) {
    workers = 1, async = true,
    endpoints = { GET = { cpu "1ns", wait "0.999999ms" }, STALL = { cpu "100s" } },
  }
  client("stall-" .. loop) {
    target = "server-" .. loop .. " STALL", users = 1, start = "100.999999s", stop = "101s",
  }
end

-- The first call at 1 s, the next every 10 ms: a think time of 9 ms after answers of 1 ms.
client "naive" { target = "server-naive GET", users = 1, think = "9ms", start = "0.991s", stop = "110s" }
client "true" { target = "server-true GET", rate = constantRate "100/s", start = "0.99s", stop = "200.995s" }
