-- Back-off and budgets that contradict themselves.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "a" { target = "shop GET /", rate = "1/s", retry = { growth = "envoy", multiplier = 3 } }
client "b" { target = "shop GET /", rate = "1/s", retry = { growth = "linear", jitter = "decorrelated" } }
client "c" { target = "shop GET /", rate = "1/s", retry = { budget = "120%" } }
client "e" { target = "shop GET /", rate = "1/s", retry = { budget = retryQuota { retryCost = 0 } } }
client "f" { target = "shop GET /", rate = "1/s", retry = { budget = timeout("1s") } }
