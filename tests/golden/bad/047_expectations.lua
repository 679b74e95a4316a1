-- Of nobody, of nothing, of the impossible.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
expect.p99("users", { below = "1s" })
expect.p99("user", {})
expect.availability("user", { above = "99%", below = "90%" })
expect.throughput("user", { near = "1/s" })
expect.replicas("shop", { atLeast = 5, atMost = 2 })
