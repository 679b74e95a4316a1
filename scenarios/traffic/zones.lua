-- Zones: what it costs not to know where the others are, and what it costs to heed nothing else.
--
-- Six shop pods, two in each zone, call eight cart pods: three in eu-1a, three in eu-1b, two in eu-1c. An
-- answer of 100 KiB that crosses zones takes 1 ms each way and costs money. Three pairs of shop and cart:
-- one blind to zones; one that keeps to its own zone as far as that is fair (zoneAware); one that does so
-- whatever the load (zoneFailover).
--
-- What to look for: two thirds of the blind shop's calls cross zones, one in twelve of the aware one's,
--   at the same load for every cart pod. Nothing crosses where the zone is all that counts, but its two
--   carts in eu-1c are 93 % busy while the other six are 62 % busy: see its mean and its p99.
-- Try: orrery run scenarios/traffic/zones.lua --set network.crossZone=10ms
--      orrery run scenarios/traffic/zones.lua --set failover-cart.replicas=9
-- Source: Envoy, Zone aware routing; AWS charges 0.01 USD a GB at each end of what crosses zones.
run { duration = "70s", warmup = "10s", seed = 7 }

zones { "eu-1a", "eu-1b", "eu-1c" }
nodepool "workers" { count = 3, zones = "all", cpu = "256", memory = "256Gi" }
network { latency = "0.25ms", crossZone = "1ms", crossZonePerGiB = 0.02 }

local localities = { aware = zoneAware {}, failover = zoneFailover {} }
for _, name in ipairs { "blind", "aware", "failover" } do
  local cart = name .. "-cart"
  service(cart, {
    replicas = 8, workers = 1,
    endpoints = { ["GET"] = { cpu(exponential "4ms"), size "100Ki" } },
  })
  service(name, {
    replicas = 6, async = true,
    endpoints = { ["GET"] = { call { cart .. " GET", trafficPolicy = { locality = localities[name] } } } },
  })
  client(name .. "-users", { target = name .. " GET", rate = "1400/s" })
end

expect.mean("aware-users", { below = "11ms" })
expect.p99("failover-users", { above = "80ms" })
