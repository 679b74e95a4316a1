-- Words that are no choice here.
run { duration = "1m" }
service "shop" {
  onAbandon = "cancle",
  endpoints = { ["GET /"] = { cpu("5ms") } },
}
client "user" {
  target = "shop GET /",
  rate = "1/s",
  retry = { jitter = "some", on = { "error", "sadness" } },
}
