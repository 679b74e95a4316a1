-- What is wrong with the nodes is told, and not that pods then have no room; the circle is told anyway,
-- though the step that leads out of it did not load.
run { duration = "1m" }
nodepool "small" { count = 1, cpu = "1e9", memory = "1Gi" }
service "shop" {
  replicas = 3,
  resources = { requests = { cpu = "500m" } },
  endpoints = { ["GET /"] = { call { "cart GET /", tiemout = "1s" }, call "shop GET /" } },
}
service "cart" { endpoints = { ["GET /"] = { call "shop GET /" } } }
client "user" { target = "shop GET /", rate = "1/s" }
