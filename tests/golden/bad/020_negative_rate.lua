-- Nobody un-asks.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "a" { target = "shop GET /", rate = "-40/s" }
client "b" { target = "shop GET /", rate = "0/s" }
client "c" {
  target = "shop GET /",
  rate = mmpp {
    mmppState("-1/s", "10s"),
    mmppState("5/s", "-10s"),
  },
}
