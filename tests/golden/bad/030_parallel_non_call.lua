-- Only calls can run in parallel.
run { duration = "1m" }
service "shop" { endpoints = {
  ["GET /"] = { parallel {
    cpu("5ms"),
    wait("1s"),
  } },
  ["PUT /"] = { parallel {} },
} }
client "user" { target = "shop GET /", rate = "1/s" }
