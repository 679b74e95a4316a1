-- Open against closed loop: work of 0.1 ms on average, and once in a thousand times of 10 ms, both
-- exponential; the server is busy 80 % of the time.
local seed = 1
local span = "60s"
local warmup = "1s"

run { duration = span, warmup = warmup, seed = seed }

local work = mixture { weighted { 999, exponential "0.1ms" }, weighted { 1, exponential "10ms" } }
for _, loop in ipairs { "open", "closed" } do
  service("server-" .. loop) { workers = 1, endpoints = { GET = { cpu(work) } } }
end

-- One user who thinks 0.2 of the mean work of 0.1099 ms, as in the published program.
client "open" { target = "server-open GET", rate = "7279.34/s" }
client "closed" { target = "server-closed GET", users = 1, think = exponential "0.02198ms" }
