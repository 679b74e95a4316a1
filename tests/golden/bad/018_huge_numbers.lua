-- Numbers that no clock and no memory can hold.
run { duration = "1e300h" }
service "shop" {
  replicas = 1e12,
  memory = "1e30Gi",
  endpoints = { ["GET /"] = { cpu("99999999999999999999999ms") } },
}
client "user" { target = "shop GET /", rate = "1e300/s" }
