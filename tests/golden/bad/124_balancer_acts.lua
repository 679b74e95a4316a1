-- A policy decides; it has no handle to act with.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s", balancer = function(w, backends)
  w:scale("shop", 5)
  return 1
end }
