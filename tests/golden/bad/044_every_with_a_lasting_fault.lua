-- A fault that is still there when it should begin again.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
every("10s", slow { "shop", latency = "1s" })
every("10s", errors {
  "shop",
  ratio = "10%",
  duration = "20s",
})
every("10s", restart { "shop" }, { from = "30s", to = "20s" })
