-- Guards that share and count, said wrong.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { once { window = "1ns", cpu("5ms") } }, ["GET /x"] = { once {} } } }
local function asks(name, filter)
  client(name, { target = "shop GET /", rate = "1/s", filters = { filter } })
end
asks("a", rateLimit { rate = "5/s", syncEvery = "1s" })
asks("b", thresholds { maxRequests = 0 })
asks("c", thresholds { upstream = "http3" })
asks("d", tied { attempts = 1 })
asks("e", collapse { key = "customer" })
