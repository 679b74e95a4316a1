-- Distributions that cannot be.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = {
  cpu(lognormal { p50 = "9ms", p99 = "1ms" }),
  cpu(uniform("5ms", "1ms")),
  cpu(empirical { quantiles = { p50 = "1ms" } }),
  cpu(exponential("0s")),
  cpu(samples {}),
  cpu(erlang { k = 0, mean = "1ms" }),
} } }
client "user" { target = "shop GET /", rate = "1/s" }
