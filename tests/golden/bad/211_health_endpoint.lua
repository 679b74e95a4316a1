run { duration = "60s" }
service "cart" {
  trafficPolicy = { healthCheck = { "GET /health" } },
  endpoints = { ["GET /"] = { cpu("2ms") } },
}
client "user" { target = "cart GET /", rate = "10/s" }
