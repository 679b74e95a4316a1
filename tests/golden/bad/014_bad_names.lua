-- Names are DNS labels, as Kubernetes has them.
run { duration = "1m" }
service "Shop_Front" { endpoints = { ["GET /"] = { cpu("5ms") } } }
service "" { endpoints = { ["GET /"] = { cpu("5ms") } } }
service "-x-" { endpoints = { ["GET /"] = { cpu("5ms") } } }
zones { "Eu 1", "b" }
