-- Hedges that contradict themselves, or stand where they cannot.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
local function asks(name, filters, retry)
  client(name, { target = "shop GET /", rate = "1/s", filters = filters, retry = retry })
end
asks("a", { hedge { delay = "10ms", quantile = "95%" } })
asks("b", { hedge { maxAttempts = 99 } })
asks("c", { hedge { delay = "10" } })
asks("d", { hedge { nonFatal = { "unavailble" } } })
asks("e", { hedge { delay = "10ms" } }, { attempts = 2 })
asks("f", { hedge { budget = "0%" } })
