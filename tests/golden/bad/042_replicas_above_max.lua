-- More wanted than there may be.
run { duration = "1m" }
service "shop" {
  maxReplicas = 3,
  replicas = 5,
  endpoints = { ["GET /"] = { cpu("5ms") } },
}
client "user" { target = "shop GET /", rate = "1/s" }
