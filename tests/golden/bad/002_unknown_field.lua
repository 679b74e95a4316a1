-- A slip in a field, and one that does not exist.
run { duration = "1m" }
service "shop" {
  workres = 3,
  colour = "red",
  endpoints = {
    ["GET /"] = { cpu("5ms") },
  },
}
client "user" {
  target = "shop GET /",
  rate = "1/s",
  retry = { atempts = 3 },
}
