run { duration = "60s" }
service "cart" {
  replicas = 4, priorities = { 0, 1, 9 }, weights = { 0 },
  trafficPolicy = {
    healthCheck = { "GET /health", interval = "1s", timeout = "5s" },
    locality = zoneWeights { zones = { c = 0 } },
    stickyness = {},
  },
  endpoints = { ["GET /"] = { cpu("2ms") } },
}
service "shop" {
  replicas = 4, maxReplicas = 4, priorities = { 0, 1, 2 }, weights = { 1, 2, 3, 4, 5 },
  trafficPolicy = roundRobin(),
  endpoints = { ["GET /"] = { cpu("2ms") } },
}
service "ads" { priorities = { 0, 1 }, endpoints = { ["GET /"] = { cpu("2ms") } } }
client "user" {
  target = "shop GET /", rate = "100/s", balancer = roundRobin { slowStart = "0s" },
  trafficPolicy = { outlierDetection = { consecutive5xx = 3, maxEjectionPercent = 200 },
                    subset = shuffleShard(100), panicThreshold = "120%" },
}
