-- Five dots: how a name outside of the cluster brings its name servers down, and who else falls.
--
-- Payments asks "api.bank.example" 300 times a second, with a new connection each time, so it
-- resolves the name each time. Two dots are fewer than ndots = 5: its resolver first tries the name in four
-- search domains, for A and AAAA, before it asks for what was meant: ten queries instead of two. The
-- servers can do 2000 a second, 3000 come. Orders does nothing wrong: ten lookups a second of a
-- neighbour in the cluster.
--
-- What to look for: a third of all queries is dropped (dns), and what a dropped one costs: its resolver
--   waits 5 s, asks once more, waits again and gives up (resolvers). Two of three payments fail, and so
--   does one of six orders, which did nothing wrong. Each line below cures it, for orders too.
-- Try: orrery run scenarios/traffic/dns_overload.lua --set payments.discovery.name=api.bank.example.
--        (a final dot: two queries, nobody waits)
--      orrery run scenarios/traffic/dns_overload.lua --set payments.discovery.ndots=2
--      orrery run scenarios/traffic/dns_overload.lua --set coredns.autopath=true
--      orrery run scenarios/traffic/dns_overload.lua --set payments.discovery.cache=record
--      orrery run scenarios/traffic/dns_overload.lua --set coredns.replicas=4
-- Source: Kubernetes, DNS for Services and Pods (ndots:5); CoreDNS, Scaling CoreDNS in Kubernetes Clusters.
run { duration = "2m", warmup = "30s", seed = 7 }

-- 1 ms a query: servers held to about a twentieth of the CPU they would use.
coredns { replicas = 2, workers = 1, cpuPerQuery = "1ms", ttl = "5s", cache = "30s" }

local search = { "default.svc.cluster.local", "svc.cluster.local", "cluster.local", "ec2.internal" }

service "bank" { workers = 1000, endpoints = { ["POST /pay"] = { wait("20ms") } } }
service "stock" { workers = 100, endpoints = { ["GET /"] = { cpu("2ms") } } }

client "payments" {
  target = "bank POST /pay", rate = "300/s",
  discovery = dns { name = "api.bank.example", search = search, cache = "none" },
}
client "orders" {
  target = "stock GET /", rate = "10/s", discovery = dns { search = search, cache = "none" },
}

expect.p50("orders", { below = "600ms" })
expect.p99("orders", { above = "5s" })
expect.availability("payments", { below = "75%" })
