-- A scripted balancer that forgets to answer.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s", balancer = scripted(function(state, backends)
  state.turn = (state.turn or 0) % #backends + 1
end) }
