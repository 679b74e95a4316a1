-- What does not go together in a protocol.
run { duration = "1m" }
service "shop" { endpoints = { GET = { cpu("5ms") } } }
service "old" { protocol = grpc { connections = 0 }, endpoints = { GET = { cpu("5ms") } } }
client "a" { target = "shop GET", rate = "1/s", protocol = http1 { resumption = "tickets" } }
client "b" {
  target = "shop GET", rate = "1/s",
  protocol = http1 { tls = "1.2", resumption = "earlyData" },
}
client "c" { target = "shop GET", rate = "1/s", protocol = grpc { handshakeTime = "2ms" } }
client "d" { target = "shop GET", rate = "1/s", protocol = grpc { maxConnectionAgeGrace = "5s" } }
client "e" { target = "shop GET", rate = "1/s", protocol = http1 { cpuPerKiB = "10us" } }
client "f" { target = "shop GET", rate = "1/s", protocol = http2 {} }
