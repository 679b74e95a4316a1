-- A station whose answer is not good enough three times in ten: back to the end of the queue.
local seed = 1
local span = "200000s"
local warmup = "1000s"

run { duration = span, warmup = warmup, seed = seed }

service "station" {
  workers = 1,
  async = true,
  endpoints = { GET = { loop { again = 0.3, cpu(exponential "250ms") } } },
}

client "users" { target = "station GET", rate = "2/s" }
