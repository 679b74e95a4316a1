-- A balancer where a distribution is wanted, and the like.
run { duration = "1m" }
service "shop" {
  startup = roundRobin,
  discipline = "random",
  balancer = timeout "1s",
  endpoints = { ["GET /"] = { cpu(fifo), poisson "3/s" } },
}
client "user" { target = "shop GET /", rate = lognormal { p50 = "1ms", p99 = "2ms" } }
