-- And a retry that is no retry.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  target = "shop GET /",
  rate = "1/s",
  start = "30s",
  stop = "10s",
  timeout = retry { attempts = 2 },
  retry = {
    backoff = "10s",
    maxBackoff = "1s",
  },
}
