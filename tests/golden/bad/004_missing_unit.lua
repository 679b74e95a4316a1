-- Bare numbers where a unit is needed.
run { duration = 60 }
service "shop" { endpoints = { ["GET /"] = { cpu(5), wait(2) } } }
client "user" {
  target = "shop GET /",
  rate = 40,
  timeout = 2,
}
