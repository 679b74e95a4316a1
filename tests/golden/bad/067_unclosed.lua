-- A brace that nobody closes.
run { duration = "1m" }
service "shop" {
  replicas = 3,
