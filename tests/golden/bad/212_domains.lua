-- What cannot be a name.
run { duration = "1m" }
coredns { clusterDomain = "cluster..local" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "a" {
  target = "shop GET /", rate = "1/s",
  discovery = dns { name = "shop..", search = { "ok.example", "not ok" } },
}
client "b" {
  target = "shop GET /", rate = "1/s",
  discovery = dns { headless = true, minSyncPeriod = "10s", syncTime = "1s" },
}
