-- A call's timeout is a timeout, its retry a retry.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
service "web" { endpoints = { ["GET /"] = {
  call {
    "shop GET /",
    timeout = retry { attempts = 2 },
    retry = "2s",
    balancer = roundRobin,
    filters = { retry { attempts = 3 } },
  },
} } }
client "user" { target = "web GET /", rate = "1/s" }
