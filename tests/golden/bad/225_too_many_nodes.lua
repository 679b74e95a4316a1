-- Each pool may have so many, all together not; whether pods fit is then not judged.
run { duration = "1m" }
nodepool "a" { count = 60000, cpu = "1", memory = "1Gi" }
nodepool "b" { count = 60000, cpu = "1", memory = "1Gi", pricePerHuor = 1 }
service "shop" {
  resources = { requests = { cpu = "2" } },
  endpoints = { ["GET /"] = { cpu("5ms") } },
}
client "user" { target = "shop GET /", rate = "1/s" }
