-- A mesh over nothing, with too many guards, and not as a filter.
run { duration = "1m" }
mesh { services = { "shop", "shoop" }, proxy = "round", retry = { attempts = 2 }, filters = { hedge {} } }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
