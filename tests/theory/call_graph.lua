-- An open Jackson network: a asks b (60 %) or c (40 %), and b asks c for half of its calls.
local seed = 1
local span = "100000s"
local warmup = "1000s"

run { duration = span, warmup = warmup, seed = seed }

service "c" {
  workers = 1,
  async = true,
  endpoints = { GET = { cpu(exponential "66666667ns") } },
}
service "b" {
  workers = 1,
  async = true,
  endpoints = {
    GET = {
      cpu(exponential "83333333ns"),
      branch { option { weight = 0.5, call "c GET" }, option { weight = 0.5 } },
    },
  },
}
service "a" {
  workers = 1,
  async = true,
  endpoints = {
    GET = {
      cpu(exponential "50ms"),
      branch { option { weight = 0.6, call "b GET" }, option { weight = 0.4, call "c GET" } },
    },
  },
}

client "users" { target = "a GET", rate = "10/s" }
