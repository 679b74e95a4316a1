-- A node is gone: how long do callers go on asking the pod it had? From five seconds to for ever.
--
-- Five callers, each with a service of ten pods of its own on ten nodes, 20 calls a second, half a second
-- of patience to connect. At 5m one node is lost. Nobody can say goodbye, so somebody has to notice:
-- Consul's agents by gossip; Kubernetes when the node has not reported for 40 s; Eureka when a lease of
-- 90 s has expired (twice, as it happens), at the next sweep, behind two caches. A name in a Java cache
-- is up to 30 s older than what Kubernetes knows. Hard-coded addresses never notice.
--
-- What to look for: "max ms" in discovery, the time for which a pod that had gone was believed in (5, 40,
--   60 and 250 s, and no end), and "unanswered", the calls it cost.
-- Try: orrery run scenarios/traffic/lost_node.lua --set eureka-pods.replicas=3
--        (one of three is silent, so less than 85 % of the heartbeats come: Eureka preserves all)
--      orrery run scenarios/traffic/lost_node.lua --set eurekaServer.leaseExpirationDuration=20s
--      orrery run scenarios/traffic/lost_node.lua --set kubernetes.discovery.nodeMonitorGracePeriod=50s
-- Source: Kubernetes node lifecycle controller; Netflix Eureka, Lease.java; Consul, memberlist.
run { duration = "15m", warmup = "1m", seed = 7 }

local names = {}
for i = 1, 10 do names[i] = "zone-" .. i end
zones(names)
nodepool "workers" { count = 10, cpu = "16", memory = "64Gi" }

local patience = "500ms"
local ways = {
  consul = consul { connectTimeout = patience },
  kubernetes = endpointSlice { connectTimeout = patience },
  java = dns { headless = true, ttl = "30s", connectTimeout = patience },
  eureka = eureka { connectTimeout = patience },
  hardcoded = static { connectTimeout = patience },
}

for name, way in pairs(ways) do
  service(name .. "-pods") {
    replicas = 10, unreachableToleration = "1h", endpoints = { ["GET /"] = { cpu("5ms") } },
  }
  client(name) { target = name .. "-pods GET /", rate = "20/s", discovery = way }
end

at("5m", zoneOutage { zone = "zone-3" })

expect.availability("consul", { above = "99.8%" })
expect.availability("kubernetes", { above = "99%" })
expect.availability("hardcoded", { below = "94%" })
