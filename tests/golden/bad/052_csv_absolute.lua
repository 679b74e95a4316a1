-- Not even by its full name.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" {
  target = "shop GET /",
  rate = csv { "/etc/passwd" },
}
