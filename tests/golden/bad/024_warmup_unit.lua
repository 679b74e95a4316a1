-- A warm-up in no unit.
run {
  duration = "1m",
  warmup = "soon",
}
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
