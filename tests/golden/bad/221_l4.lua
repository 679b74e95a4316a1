-- Who chooses the backend: the balancer of calls, or that of connections?
run { duration = "1m" }
service "shop" { endpoints = { GET = { cpu("5ms") } } }
service "front" {
  endpoints = { GET = { call { "shop GET", balancer = random(), protocol = grpc { l4 = ipvs } } } },
}
client "a" {
  target = "front GET", rate = "1/s", trafficPolicy = {}, protocol = http1 { l4 = iptables },
}
