-- Retries at every layer multiply: the last one, which always fails, gets attempts ^ layers calls.
local seed = 1
local span = "1000s"
local layers = 3
local attempts = 4

run { duration = span, seed = seed }

local retry = { attempts = attempts, backoff = "0s" }
service("layer" .. layers) { async = true, endpoints = { GET = { fail() } } }
for i = layers - 1, 1, -1 do
  local below = call { "layer" .. i + 1 .. " GET", retry = retry }
  service("layer" .. i) { async = true, endpoints = { GET = { below } } }
end

client "users" { target = "layer1 GET", rate = "1/s", stop = "990s", retry = retry }
