-- ten rows that are one
run { duration = "1m" }
service "db" { endpoints = { BUY = { readRow "stock", writeRow { "stock", rows = 10 } } } }
client "u" { target = "db BUY", rate = "1/s" }
