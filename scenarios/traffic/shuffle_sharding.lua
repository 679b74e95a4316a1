-- Shuffle sharding: one customer's requests break whatever serves them. Who else is hurt?
--
-- A thousand customers, and a poisoner, each of whose requests holds a worker for ever. Callers learn
-- which pods do not answer and stop asking them (outlier detection, up to all of them), and a call that
-- failed is tried again. Three ways to share eight pods among customers:
--
--   everybody  any customer, any pod
--   pairs      two pods for each customer, by hash: 28 different pairs
--   triples    three pods for each: 56 different triples
--
-- What to look for: the poison takes all of everybody's pods and nobody is served. Of pairs it takes two
--   pods of eight, and along with them the customers that have just those two: 1 in 28 on average, 4.0 %
--   of these thousand. Of triples it takes three pods, and 1 customer in 56 (here 2.2 %).
-- Try: orrery run scenarios/traffic/shuffle_sharding.lua --set run.seed=8
--      orrery run scenarios/traffic/shuffle_sharding.lua --set pairs.trafficPolicy.subset.size=1
--      orrery run scenarios/traffic/shuffle_sharding.lua --set pairs.retry.attempts=1
-- Source: MacCarthaigh, Workload isolation using shuffle-sharding (Amazon Builders' Library).
run { duration = "3m", warmup = "1m", seed = 7 }

local shards = { everybody = 8, pairs = 2, triples = 3 }
for _, name in ipairs { "everybody", "pairs", "triples" } do
  local pods = name .. "-pods"
  service(pods, {
    replicas = 8, workers = 8,
    endpoints = { ["GET /"] = { cpu "2ms" }, ["GET /poison"] = { wait "1h" } },
  })
  client(name, {
    target = pods .. " GET /", rate = "200/s", keys = uniformKeys(1000),
    timeout = "200ms", retry = { attempts = 3 },
    trafficPolicy = {
      subset = shuffleShard(shards[name]), panicThreshold = "0%",
      outlierDetection = { maxEjectionPercent = "100%", baseEjectionTime = "5m" },
    },
  })
  client("poison-" .. name, {
    target = pods .. " GET /poison", rate = "10/s", keys = uniformKeys(1), timeout = "1s",
    trafficPolicy = { subset = shuffleShard(shards[name]) },
  })
end

expect.availability("everybody", { below = "1%" })
expect.availability("pairs", { above = "95%", below = "98.5%" })
expect.availability("triples", { above = "97%" })
