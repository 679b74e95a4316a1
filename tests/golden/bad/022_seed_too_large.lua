-- 2^64 is one too many.
run {
  duration = "1m",
  seed = "18446744073709551616",
}
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
