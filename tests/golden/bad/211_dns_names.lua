-- Names that lead nowhere.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "a" { target = "shop GET /", rate = "1/s", discovery = dns { name = "shopp" } }
client "b" { target = "shop GET /", rate = "1/s", discovery = dns { search = { "cluster.local" } } }
client "c" { target = "shop GET /", rate = "1/s", discovery = dns { name = "shop.svc.cluster.local." } }
