-- A scenario reads its own folder only.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  target = "shop GET /",
  rate = csv { "../../../README.md" },
}
