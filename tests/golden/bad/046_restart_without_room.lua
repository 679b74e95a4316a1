-- Neither more pods nor fewer.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
at("10s", restart {
  "shop",
  maxSurge = 0,
  maxUnavailable = 0,
})
