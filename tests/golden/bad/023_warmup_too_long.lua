-- Nothing would be left to measure.
run {
  duration = "1m",
  warmup = "2m",
}
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
