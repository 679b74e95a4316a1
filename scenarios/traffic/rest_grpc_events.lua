-- REST, gRPC and events: one workflow, one spike, three ways to talk.
--
-- An order is priced, paid and confirmed by mail, which takes 3, 4 and 12 ms of work. The mailer keeps
-- up with 330 orders a second: 200 come, and 450 from 0:30 to 0:50. Customers give up after 2 s.
--
-- What to look for: REST and gRPC wait for the mail, so the spike queues up in everyone's hands. An
--   event is over when the mailer has taken it: all orders go through in 51 ms, and mails are late.
--   rest    62 %  the mailer goes on with orders given up long ago, and each costs its connection:
--                 one call in ten to the mailer, four in ten from customers open a new one
--   grpc    74 %  deadlines travel with calls, so what comes too late is not begun; a call given up
--                 costs one stream of a connection
--   events 100 %  the price: 422 mails wait on average, and a crash of the mailer loses them
--   JSON also costs more: 2.3 times the bytes, and 14 % more CPU at the pricing service.
-- Try: orrery run scenarios/traffic/rest_grpc_events.lua --set rest.rate.peak=330/s
--      orrery run scenarios/traffic/rest_grpc_events.lua --set rest.timeout.after=20s
--      orrery run scenarios/traffic/rest_grpc_events.lua --set mail-rest.replicas=2
run { duration = "2m", warmup = "10s", seed = 7 }
network { latency = "0.5ms", internet = "20ms" }

-- What it costs to write and to read a message is assumed here: measure yours.
local json = {
  tls = "1.3", requestBytes = "4Ki", replyBytes = "4Ki", cpuPerMessage = "60us", cpuPerKiB = "40us",
}
local protobuf = {
  tls = "1.3", requestBytes = "2Ki", replyBytes = "2Ki", cpuPerMessage = "20us", cpuPerKiB = "8us",
}
local ways = {
  rest = { ask = http1(json), tell = http1(json) },
  grpc = { ask = grpc(protobuf), tell = grpc(protobuf) },
  events = { ask = grpc(protobuf), tell = event { requestBytes = "2Ki", cpuPerMessage = "20us" } },
}

for name, way in pairs(ways) do
  service("price-" .. name) { replicas = 2, workers = 4, endpoints = { GET = { cpu("3ms") } } }
  service("pay-" .. name) { replicas = 2, workers = 4, endpoints = { POST = { cpu("4ms") } } }
  service("mail-" .. name) { workers = 4, endpoints = { send = { cpu("12ms") } } }
  service("order-" .. name) {
    replicas = 2, workers = 64,
    endpoints = { POST = {
      cpu("1ms"),
      call { "price-" .. name .. " GET", protocol = way.ask },
      call { "pay-" .. name .. " POST", protocol = way.ask },
      call { "mail-" .. name .. " send", protocol = way.tell },
    } },
  }
  client(name) {
    target = "order-" .. name .. " POST", timeout = "2s",
    rate = burst { base = "200/s", peak = "450/s", at = "30s", duration = "20s" },
    protocol = http1 { tls = "1.3", maxIdle = 100 },
  }
end

expect.availability("events", { above = "99.9%" })
expect.availability("grpc", { above = "70%", below = "80%" })
expect.availability("rest", { below = "70%" })
