-- Real traffic: a week of the 1998 World Cup, and a shop that was sized for the average.
--
-- The series holds requests per hour, 121 to 3084 a second, with a match nearly every day. Here
-- a tenth of it is played a hundred times as fast: seven days in 1 h 41 min. The average is 58
-- calls a second, and the shop can serve 200, three times the average.
--
-- What to look for: three times the average was not enough. At night two pods do nothing; for
--   the great matches both are busy, the line is half a minute long (p99 of the service), and the
--   shop works for visitors who have left: one call in six fails. Twice the pods lose nothing, and
--   are 14 % busy on average.
-- Try: orrery run scenarios/10_real_traffic.lua --set shop.replicas=4
--      orrery run scenarios/10_real_traffic.lua --set visitors.rate.scale=0.05
--      orrery run scenarios/10_real_traffic.lua --set shop.queueLimit=100
-- Data: scenarios/data/README.md.
run { duration = "100.8m", warmup = "0s", seed = 7 }

service "shop" {
  replicas = 2, workers = 4, startup = "10s",
  endpoints = { ["GET /"] = { cpu(lognormal { mean = "40ms", scv = 1 }) } },
}

client "visitors" {
  target = "shop GET /", timeout = "5s",
  rate = csv { "data/worldcup98_hourly.csv", scale = 0.1, stretch = 0.01 },
}

expect.p50("visitors", { below = "100ms" }) -- most hours are quiet
expect.availability("visitors", { below = "95%" })
