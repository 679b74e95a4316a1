-- An error inside a scripted balancer, some calls down.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
local function weigh(backend) return backend.in_flight end
client "user" { target = "shop GET /", rate = "1/s", balancer = function(state, backends)
  return weigh(backends[2]) + 1
end }
