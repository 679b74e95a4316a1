-- Two of one name; the second is judged all the same.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
service "shop" { workres = 2, endpoints = { ["GET /"] = { call "nowhere GET /" } } }
client "user" { target = "shop GET /", rate = "1/s" }
client "user" { target = "shop GET /", rate = "1/s" }
