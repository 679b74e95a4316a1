-- Three stations in a row; each gives its worker back before it asks the next.
local seed = 1
local span = "100000s"
local warmup = "1000s"

run { duration = span, warmup = warmup, seed = seed }

service "third" {
  workers = 1,
  endpoints = { GET = { cpu(exponential "111111111ns") } },
}
service "second" {
  workers = 1,
  async = true,
  endpoints = { GET = { cpu(exponential "83333333ns"), call "third GET" } },
}
service "first" {
  workers = 1,
  async = true,
  endpoints = { GET = { cpu(exponential "100ms"), call "second GET" } },
}

client "users" { target = "first GET", rate = "8/s" }
