-- A part that belongs to nobody.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
timeout "2s"
local kept = retry { attempts = 2 }
crash {
  "shop",
}
if kept then cpu("1ms") end
expect.p99("user", { blow = "1s" })
