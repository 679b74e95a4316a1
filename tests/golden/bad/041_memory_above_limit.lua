-- A pod that could never start.
run { duration = "1m" }
service "shop" {
  memory = "512Mi",
  resources = { limits = { memory = "256Mi" } },
  endpoints = { ["GET /"] = { cpu("5ms") } },
}
client "user" { target = "shop GET /", rate = "1/s" }
