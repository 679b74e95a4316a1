-- Each outside its range.
run { duration = "1m" }
service "shop" {
  replicas = -1,
  workers = 0,
  queueLimit = -5,
  terminationGracePeriod = "2000h",
  endpoints = { ["GET /"] = { fail("150%") } },
}
client "user" { target = "shop GET /", rate = "1/s", priority = 256 }
