-- A service that calls itself.
run { duration = "1m" }
service "shop" {
  endpoints = {
    ["GET /"] = { cpu("5ms"), call "shop GET /" },
  },
}
client "user" { target = "shop GET /", rate = "1/s" }
