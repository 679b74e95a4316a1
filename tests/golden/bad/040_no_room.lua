-- Pods that fit on no node: all services are told.
run { duration = "1m" }
nodepool "small" { count = 1, cpu = "1", memory = "1Gi" }
service "shop" {
  replicas = 3,
  resources = { requests = { cpu = "500m" } },
  endpoints = { ["GET /"] = { cpu("5ms") } },
}
service "big" {
  resources = { requests = { memory = "4Gi" } },
  endpoints = { ["GET /"] = { cpu("5ms") } },
}
client "user" { target = "shop GET /", rate = "1/s" }
