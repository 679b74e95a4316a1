-- Names that hold others called as if they were one, and what was said indexed as if it were a table.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
expect { p99 = "1s" }
expect "user" { below = "1s" }
expect.p98("user", { below = "1s" })
expect.quantile("user", { below = "1s" })
expect:p99("user", { below = "1s" })
expect.p99("user", { below = "1s" }).below = "2s"
expect.p99.below = "1s"
run.duration = "2m"
service.shop.replicas = 3
service:shop { replicas = 3 }
for i = 1, 3 do
  local rate = client.user.rate
end
math(3)
local rest = service.shop.replicas + 1
nobody.said.this()
