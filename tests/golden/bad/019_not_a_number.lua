-- NaN and infinity from arithmetic.
run { duration = "1m" }
service "shop" {
  replicas = 0/0,
  workers = 1/0,
  endpoints = { ["GET /"] = { branch {
    option { weight = 0/0, cpu("1ms") },
    option { weight = 1, cpu("1ms") },
  } } },
}
client "user" { target = "shop GET /", users = -1/0 }
