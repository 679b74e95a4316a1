-- A service that answers to nothing, and its callers.
run { duration = "1m" }
service "shop" { endpoints = {} }
service "web" {}
client "user" { target = "shop GET /", rate = "1/s" }
