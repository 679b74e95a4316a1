-- What a message cannot weigh, and what nobody can know for you.
run { duration = "1m" }
service "shop" { endpoints = { GET = { cpu("5ms") } } }
client "a" {
  target = "shop GET", rate = "1/s",
  protocol = http1 { requestBytes = "-1", bandwidth = "fast", tls = "1.4", compression = {} },
}
client "c" {
  target = "shop GET", rate = "1/s", protocol = grpc { l4 = iptables { timeoutSeconds = "60s" } },
}
client "b" {
  target = "shop GET", rate = "1/s",
  protocol = grpc { l4 = ipvs { "wrr" }, compression = { ratio = 3, cpuPerKiB = "1us" } },
}
