-- Outlier detection with Envoy's defaults, and pods that fail every call.
--
-- With one sick pod of ten, 100 calls a second and round robin, each return of the sick pod costs five
-- failed calls and half a second. The n-th ejection lasts 30 s x n, at most 300 s, and ends with the
-- next sweep, every 10 s: the pod returns at 40 s, 110 s, 210 s ... 15 n (n + 1) + 10 n, and after
-- the tenth every 310 s. That is sixteen ejections an hour.
local seed = 1
local sick = 1
local span = "3600s"
local warmup = "0s"

run { duration = span, warmup = warmup, seed = seed }

service "api" {
  replicas = 10, async = true, balancer = roundRobin(), trafficPolicy = { outlierDetection = {} },
  endpoints = { GET = {} },
}

client "users" { target = "api GET", rate = constantRate "100/s" }
at("0s", errors { "api GET", ratio = 1, pods = sick })
