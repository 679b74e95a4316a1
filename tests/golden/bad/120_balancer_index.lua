-- A scripted balancer that answers a backend there is not.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s", balancer = function(state, backends, call)
  return #backends + 1
end }
