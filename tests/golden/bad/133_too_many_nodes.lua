-- More nodes than there can be.
run { duration = "1m" }
nodepool "a" { count = 1000000000, cpu = "4", memory = "1Gi" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
