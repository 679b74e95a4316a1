-- A field that is not there, a circle through the service that has it, a second one, and no room for its
-- pods nor for a gateway's, whose name is taken: all told at once.
run { duration = "1m" }
nodepool "small" { count = 1, cpu = "1", memory = "1Gi" }
service "shop" {
  replicas = 3, replcas = 2,
  resources = { requests = { cpu = "500m" } },
  endpoints = { ["GET /"] = { cpu("5ms"), call "cart" } },
}
service "cart" { endpoints = { ["GET /"] = {
  branch { option { weight = 1, call { "shop GET /", timeout = "1s" }, once { call "stock GET /" } } },
} } }
service "stock" { endpoints = { ["GET /"] = { parallel { call "cart GET /", call "shop GET /x" } } } }
gateway "stock" {
  resources = { limits = { cpu = "2" } },
  routes = { { target = "shop" } },
}
client "user" { target = "shop GET /", rate = "1/s", timeout = "fast" }
