-- Lua cannot read this.
run { duration = "1m" }
service "shop" {
  replicas = = 3,
}
