-- Tables, texts and numbers in each other's places.
run { duration = "1m" }
service "shop" {
  replicas = "many",
  async = "yes",
  resources = 3,
  endpoints = { "GET /" },
}
client "user" {
  target = { "shop" },
  rate = true,
}
