-- Hard-coded addresses: they work until a pod moves. The reason why there is discovery.
--
-- A shop asks a cart. The cart has two pods in two zones, and at 2m one of the zones is gone for good.
-- After 40 s its node is given up, 20 s later the pod is replaced on a node that is left, with a new
-- address. Four shops, each with a cart of its own: one has the addresses in its configuration,
-- one goes through a Kubernetes Service, one does so impatiently, one knows at once (an ideal).
--
-- What to look for: by-address never recovers: every other call waits 5 s for a node that is not there,
--   which keeps the workers so busy that two calls of three fail (ok/s). by-service suffers the same
--   for the 40 s that a silent node is waited for, then is well again: nine of ten calls over the run.
--   With a connect timeout of 100 ms and further tries (impatient) those 40 s cost every other call
--   a tenth of a second, and one call in sixty.
-- Try: orrery run scenarios/traffic/hard_coded.lua --set impatient-page.workers=8
--      orrery run scenarios/traffic/hard_coded.lua \
--        --set by-service-cart.discovery.nodeMonitorGracePeriod=10s   (missed sooner)
-- Source: Kubernetes, node-monitor-grace-period (40 s; 50 s from 1.32), Envoy connect_timeout (5 s).
run { duration = "6m", warmup = "1m", seed = 7 }

zones { "a", "b" }
nodepool "workers" { count = 4, cpu = "16", memory = "64Gi" }

local ways = {
  ["by-address"] = { discovery = static() },
  ["by-service"] = { discovery = endpointSlice() },
  ["impatient"] = {
    discovery = endpointSlice { connectTimeout = "100ms" }, retry = retry { attempts = 3, backoff = "0s" },
  },
  ["ideal"] = { discovery = instant() },
}

for name, way in pairs(ways) do
  service(name .. "-cart") {
    replicas = 2, startup = "10s", discovery = way.discovery, unreachableToleration = "20s",
    endpoints = { ["GET"] = { cpu("5ms") } },
  }
  service(name .. "-page") {
    replicas = 1, workers = 40, queueLimit = 100,
    endpoints = { ["GET /"] = { cpu("1ms"), call { name .. "-cart GET", retry = way.retry } } },
  }
  client(name) { target = name .. "-page GET /", rate = "40/s" }
end

at("2m", zoneOutage { zone = "b" }) -- the pages live in a

expect.availability("ideal", { above = "99.5%" })
