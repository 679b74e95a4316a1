-- A function where data belongs.
run { duration = "1m" }
service "shop" { replicas = function() return 3 end, endpoints = { x = { cpu("1ms") } } }
