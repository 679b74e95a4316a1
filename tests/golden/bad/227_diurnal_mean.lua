-- A mean of nothing below a peak.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu "1ms" } } }
client "user" { target = "shop GET /", rate = diurnal { mean = "0/s", peak = "9/s" } }
