-- Fan-out: what is rare for one machine is common for a hundred.
--
-- A leaf answers in 10 ms, but one call in a hundred takes a second. A page that asks one leaf
-- is slow once in a hundred times. A page that asks a hundred of them at once waits for the
-- slowest.
--
-- What to look for: of pages with one leaf 1 % are slow; with ten leaves 9.6 %; with a hundred
--   63.4 %, so the median page takes a second. Nothing got worse but the number of calls.
-- Try: orrery run scenarios/06_fan_out.lua \
--        --set 'leaf.endpoints["GET"][1].time.parts[2].weight=0.1'
-- Source: Dean and Barroso, The tail at scale (2013).
run { duration = "5m", warmup = "10s", seed = 7 }

service "leaf" {
  replicas = 10, workers = 1000,
  endpoints = { ["GET"] = { wait(mixture { weighted { 99, "10ms" }, weighted { 1, "1s" } }) } },
}

local pages = {}
for _, width in ipairs { 1, 10, 100 } do
  local leaves = {}
  for i = 1, width do leaves[i] = call "leaf GET" end
  pages["GET /" .. width] = { parallel(leaves) }
end
service "page" { workers = 1000, endpoints = pages }

client "one-leaf" { target = "page GET /1", rate = "50/s" }
client "ten-leaves" { target = "page GET /10", rate = "50/s" }
client "hundred-leaves" { target = "page GET /100", rate = "50/s" }

expect.p90("one-leaf", { below = "20ms" })
expect.p90("ten-leaves", { below = "20ms" })
expect.p95("ten-leaves", { above = "900ms" })
expect.p50("hundred-leaves", { above = "900ms" })
expect.mean("hundred-leaves", { near = "637.6ms", within = "2%" }) -- 10 ms + 990 ms * 63.4 %
