-- Retries inside retries multiply.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  target = "shop GET /",
  rate = "1/s",
  retry = { attempts = 2 },
  filters = { retry { attempts = 3 } },
}
