-- A scripted balancer that never answers.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s", balancer = function(state, backends)
  local i = 1
  while backends[i].inFlight < 10 do i = i % #backends + 1 end
  return i
end }
