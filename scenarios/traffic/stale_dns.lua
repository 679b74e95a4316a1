-- Stale DNS after a rollout: the new pods are fine, and the callers go on asking the old ones.
--
-- Eight callers, each with a service of four pods of its own, 50 calls a second. At 2m every service is
-- restarted, a pod every 7 s. A pod that is gone leaves its address behind: whoever asks there is
-- refused. What differs is how a caller learns of it, and what pods and callers do meanwhile.
--
-- What to look for: failed. Java keeps a name for 30 s and fails for about as long; a record's own 5 s
--   cost a fifth of that; a cluster IP never moves, and what is left is the tenth of a second that the
--   news takes to kube-proxy. Ejecting the dead and trying again help while some of those believed in are
--   left. Nothing fails where a pod serves on while it leaves (preStop) for longer than the news
--   takes. "stale ms" is how long a caller believed in a pod that had gone.
-- Try: orrery run scenarios/traffic/stale_dns.lua --set java-pods.preStop=31s          (cured)
--      orrery run scenarios/traffic/stale_dns.lua --set java.discovery.ttl=5s          (as the record)
--      orrery run scenarios/traffic/stale_dns.lua --set java.discovery.gone=silent     (no resets: 5 s each)
-- Source: Kubernetes, Pod lifecycle; Java networking properties (networkaddress.cache.ttl).
run { duration = "4m", warmup = "1m", seed = 7 }

coredns { replicas = 2, ttl = "5s", cache = "30s" }

local java = { headless = true, ttl = "30s" }
local ways = {
  none = { discovery = instant() },
  java = { discovery = dns(java) },
  java_sleep = { discovery = dns(java), preStop = "35s" },
  java_retry = { discovery = dns(java), retry = retry { attempts = 3, backoff = "100ms" } },
  record = { discovery = dns { headless = true } },
  java_eject = { discovery = dns(java), policy = { outlierDetection = { maxEjectionPercent = "100%" } } },
  service = { discovery = endpointSlice() },
  service_sleep = { discovery = endpointSlice(), preStop = "5s" },
}

for name, way in pairs(ways) do
  name = name:gsub("_", "-")
  service(name .. "-pods") {
    replicas = 4, startup = "7s", preStop = way.preStop, terminationGracePeriod = "60s",
    endpoints = { ["GET /"] = { cpu("5ms") } },
  }
  client(name) {
    target = name .. "-pods GET /", rate = "50/s", discovery = way.discovery, retry = way.retry,
    trafficPolicy = way.policy,
  }
  at("2m", restart(name .. "-pods"))
end

expect.failed("none", { atMost = 0 })
