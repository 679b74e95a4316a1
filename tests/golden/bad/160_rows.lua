-- no rows, and a wait that is nobody's
run { duration = "1m" }
service "db" {
  endpoints = {
    SELL = { writeRow { "stock", rows = 0 }, wait { "1ms", drawn = "call" } },
    LOOK = { readRow {} },
  },
}
client "u" { target = "db SELL", rate = "1/s" }
