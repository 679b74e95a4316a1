-- One row does not say how long a step is.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  target = "shop GET /",
  rate = csv { "data/one_row.csv" },
}
