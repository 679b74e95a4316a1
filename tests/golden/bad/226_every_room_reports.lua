-- What shows only in a world: in services, in gateways, in what clients ask of them, by names, by protocols,
-- and at the end a circle through gateways. All of it at once.
run { duration = "1m" }
service "cart" { endpoints = { ["GET /cart"] = { cpu("5ms") }, ["POST /cart"] = { cpu("5ms") } } }
service "db" { endpoints = { BUY = { readRow "stock", writeRow { "stock", rows = 10 } } } }
service "front" {
  trafficPolicy = { healthCheck = { "GET /health" } },
  endpoints = { GET = { call { "db BUY", balancer = random(), protocol = grpc { l4 = ipvs } } } },
}
service "web" { endpoints = { GET = { call "edge GET /round", call "endless GET /" } } }
gateway "edge" { routes = { { path = "/round", target = "inner" }, { target = "cart" } } }
gateway "inner" { routes = { { target = "edge" } } }
gateway "endless" { routes = { { path = "/", rewrite = { prefix = "/a" }, target = "endless" } } }
client "a" { target = "edge GET /other", rate = "1/s" }
client "b" { target = "db BUY", rate = "1/s", discovery = dns { name = "dbb" } }
client "c" { target = "front GET", rate = "1/s" }
client "d" { target = "edge POST /round", rate = "1/s" }
client "e" { target = "web GET", rate = "1/s", trafficPolicy = {}, protocol = http1 { l4 = iptables } }
