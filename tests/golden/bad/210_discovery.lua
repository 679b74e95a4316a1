-- How callers find backends, said wrong.
run { duration = "1m" }
coredns { replicas = 0, loss = 2, clusterDomain = "cluster..local" }
eurekaServer { evictionInterval = 60 }
service "shop" { preStop = "-1s", endpoints = { ["GET /"] = { cpu("5ms") } } }
local function user(name, discovery)
  client(name, { target = "shop GET /", rate = "1/s", discovery = discovery })
end
user("a", dns { ttl = "30s", cache = "none" })
user("b", dns { refresh = "5s", ttl = "30s" })
user("c", dns { name = "shop..", search = { "ok.example", "not ok" }, ndots = 16 })
user("d", dns { attempts = 0, timeout = "5" })
user("e", static { resolved = "boot", gone = "lost" })
user("f", endpointSlice { minSyncPeriod = "1", propagation = roundRobin() })
user("g", eureka { registryFetchInterval = "0s" })
user("h", roundRobin())
