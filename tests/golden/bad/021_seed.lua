-- A seed is a whole number of 64 bits.
run {
  duration = "1m",
  seed = -7,
}
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
