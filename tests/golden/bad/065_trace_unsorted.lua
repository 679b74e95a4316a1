-- A trace goes forward too.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = trace { "data/unsorted_trace.csv" } }
