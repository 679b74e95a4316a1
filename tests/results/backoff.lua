-- One row, and many clients who each want to write it once: read its version, write if it is still
-- that one, else wait a while and begin again. Every message is |N(10, 2)| ms on its way: the request
-- to read, its answer and the request to write (two waits), and the answer to that.
--
-- The five ways to wait run side by side, each with a row of its own. The n-th wait is of base 2^n, so
-- the first is twice the base of 5 ms; decorrelated jitter begins with the base.
local seed = 1
local clients = 100

run { duration = "2000s", seed = seed }
network { jitter = normal("10ms", "2ms") }

local message = wait { normal("10ms", "2ms"), drawn = "attempt" }
local ways = {
  none = retry { attempts = 255, backoff = "0s" },
  exponential = retry { attempts = 255, backoff = "10ms", maxBackoff = "2s", jitter = "none" },
  decorrelated = retry { attempts = 255, backoff = "5ms", maxBackoff = "2s", jitter = "decorrelated" },
  equal = retry { attempts = 255, backoff = "10ms", maxBackoff = "2s", jitter = "equal" },
  full = retry { attempts = 255, backoff = "10ms", maxBackoff = "2s", jitter = "full" },
}

for name, way in pairs(ways) do
  service(name) {
    async = true,
    endpoints = { UPDATE = { readRow "it", message, message, writeRow "it" } },
  }
  client(name) { target = name .. " UPDATE", users = clients, stop = "1ns", retry = way }
end
