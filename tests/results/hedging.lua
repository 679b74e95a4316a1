-- Hedging: who has no answer after `delay` asks again and takes the better of two.
-- Service never queues; each attempt has luck of its own.
local seed = 1
local span = "1000s"
local law = lognormal { mean = "10ms", scv = 1 }
local delay = "27.8112878ms"

run { duration = span, seed = seed }

for _, name in ipairs { "plain", "hedged" } do
  service(name) {
    async = true, onAbandon = "cancel",
    endpoints = { GET = { wait { law, drawn = "attempt" } } },
  }
end

client "plain" { target = "plain GET", rate = "1000/s" }
client "hedged" { target = "hedged GET", rate = "1000/s", filters = { hedge { delay = delay } } }
