-- What only users can have.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  rate = "1/s",
  journey = { "shop GET /" },
  think = "1s",
  rampUp = "10s",
}
