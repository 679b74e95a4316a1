-- A scripted breaker that is asked and never told.
run { duration = "1m" }
service "shop" { replicas = 3, endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s", filters = { scriptedBreaker {
  onCall = function(state, now, call) return true end,
} } }
client "other" { target = "shop GET /", rate = "1/s", balancer = scripted { pick = 3 } }
