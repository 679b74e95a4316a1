-- A header and nothing below.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  target = "shop GET /",
  rate = csv { "data/header_only.csv" },
}
