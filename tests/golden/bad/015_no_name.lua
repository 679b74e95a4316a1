-- An object without its name, and one that got no table.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
service { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user"
