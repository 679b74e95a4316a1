-- Many servers: the same capacity bought three ways.
--
-- 640 calls a second of 10 ms each keep eight cores 80 % busy. They may be eight pods with a
-- line each, one pod with eight workers and one line, or one worker that is eight times as fast.
--
-- What to look for: calls to `apart` wait though other pods are idle (50 ms); with one line for
--   all nobody waits while a worker is free (12 ms, nearly all of it work); one fast worker
--   beats both (6 ms), because work itself is shorter.
-- Try: orrery run scenarios/03_many_servers.lua --set apart.balancer=leastRequest
--      orrery run scenarios/03_many_servers.lua --set together.workers=7
run { duration = "20m", warmup = "1m", seed = 7 }

service "apart" {
  replicas = 8, workers = 1, balancer = random(),
  endpoints = { ["GET /"] = { cpu(exponential("10ms")) } },
}
service "together" {
  replicas = 1, workers = 8,
  endpoints = { ["GET /"] = { cpu(exponential("10ms")) } },
}
service "fast" {
  replicas = 1, workers = 1,
  endpoints = { ["GET /"] = { cpu(exponential("1.25ms")) } },
}

for _, shop in ipairs { "apart", "together", "fast" } do
  client("to-" .. shop) { target = shop .. " GET /", rate = "640/s" }
end

expect.mean("to-apart", { near = "50ms", within = "10%" })     -- eight M/M/1
expect.mean("to-together", { near = "12.7ms", within = "5%" }) -- M/M/8
expect.mean("to-fast", { near = "6.25ms", within = "10%" })    -- M/M/1, eight times as fast
