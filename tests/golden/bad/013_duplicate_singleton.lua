-- There is one run, and one network.
run { duration = "1m" }
run { duration = "2m" }
network { latency = "1ms" }
network { latncy = "2ms" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
