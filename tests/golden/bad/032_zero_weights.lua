-- Weights that add up to nothing.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  rate = "1/s",
  mix = { ["shop GET /"] = 0 },
}
service "other" {
  startup = mixture {
    weighted(0, "1ms"),
    weighted(0, "2ms"),
  },
  endpoints = { x = { cpu("1ms") } },
}
