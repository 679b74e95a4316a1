-- Zones that are not there, or there twice.
run { duration = "1m" }
zones { "eu-1a", "eu-1a", "all" }
nodepool "workers" {
  count = 2,
  cpu = "4",
  memory = "1Gi",
  zones = { "eu-1a", "eu-1b" },
}
at("10s", zoneOutage { zone = "eu-1c" })
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
