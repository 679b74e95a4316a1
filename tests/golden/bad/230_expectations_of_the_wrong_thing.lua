-- An expectation is of what has such figures: nobody else could ever meet it.
run { duration = "1m" }
zones { "a" }
nodepool "pool" { count = 1, cpu = "4", memory = "16Gi" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
expect.replicas("user", { atMost = 3 })
expect.p99("pool", { below = "1s" })
expect.availability("poool", { above = "99%" })
