-- A scripted breaker that answers neither yes nor no.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s", filters = { scriptedBreaker {
  onCall = function(state, now, call) return 1 end,
  onReply = function(state, now, outcome, latency) end,
} } }
