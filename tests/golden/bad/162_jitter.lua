-- jitter is a time
run { duration = "1m" }
network { latency = "1ms", jitter = exponential(3) }
service "s" { endpoints = { GET = { cpu "1ms" } } }
client "u" { target = "s GET", rate = "1/s" }
