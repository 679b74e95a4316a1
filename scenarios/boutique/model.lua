-- Online Boutique: ten modules and a store, what each does for a call, and two ways to deploy them.
--
-- `operations` holds the work of each module once. As microservices every arrow between modules
-- is a call over the network; as a monolith it is a function call in the same process. Both do
-- the same steps, serve the same visitors, scale by the same rule and meet the same events.
--
-- Where the figures come from is told in README.md; those marked "ours" are assumptions.

-- Requests and limits, and the readiness probe's delay and period, of the public manifests.
local modules = {
  adservice = { cpu = { 200, 300 }, memory = { 180, 300 }, delay = 20, period = 15 },
  cartservice = { cpu = { 200, 300 }, memory = { 64, 128 }, delay = 15, period = 10 },
  checkoutservice = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 0, period = 10 },
  currencyservice = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 0, period = 10 },
  emailservice = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 0, period = 5, threads = 10 },
  frontend = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 10, period = 10 },
  paymentservice = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 0, period = 10 },
  productcatalogservice = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 0, period = 10 },
  recommendationservice = { cpu = { 100, 200 }, memory = { 220, 450 }, delay = 0, period = 5,
                            threads = 10 },
  shippingservice = { cpu = { 100, 200 }, memory = { 64, 128 }, delay = 0, period = 5 },
}

local function spread(p50, p99) return lognormal { p50 = p50, p99 = p99 } end

local function join(...)
  local all = {}
  for _, part in ipairs { ... } do
    for _, step in ipairs(part) do all[#all + 1] = step end
  end
  return all
end

local function times(n, make)
  local all = {}
  for _ = 1, n do all = join(all, make()) end
  return all
end

-- What a module does for a call: `ask` makes the steps of asking another module.
local operations = {
  ["adservice GetAds"] = function() return { cpu("1ms"), wait(spread("10ms", "55ms")) } end,
  ["cartservice GetCart"] = function(ask) return join({ cpu("0.4ms") }, ask "redis-cart GET") end,
  ["cartservice AddItem"] = function(ask)
    return join({ cpu("0.5ms") }, ask "redis-cart GET", ask "redis-cart SET")
  end,
  ["cartservice EmptyCart"] = function(ask) return join({ cpu("0.4ms") }, ask "redis-cart SET") end,
  ["currencyservice Convert"] = function()
    return { cpu("0.25ms"), wait(spread("0.9ms", "19ms")) }
  end,
  ["currencyservice GetSupportedCurrencies"] = function() return { cpu("0.28ms") } end,
  ["emailservice SendOrderConfirmation"] = function() return { cpu("0.47ms") } end,
  ["paymentservice Charge"] = function() return { cpu("0.25ms") } end,
  ["productcatalogservice GetProduct"] = function()
    return { cpu("0.5ms"), wait(spread("5.5ms", "60ms")) }
  end,
  ["productcatalogservice ListProducts"] = function()
    return { cpu("0.5ms"), wait(spread("6.5ms", "60ms")) }
  end,
  ["recommendationservice ListRecommendations"] = function(ask)
    return join({ cpu(spread("3.3ms", "7.4ms")) }, ask "productcatalogservice ListProducts")
  end,
  ["shippingservice GetQuote"] = function() return { cpu("0.44ms") } end,
  ["shippingservice ShipOrder"] = function() return { cpu("0.16ms") } end,
}

local function product(ask) return ask "productcatalogservice GetProduct" end
local function convert(ask) return ask "currencyservice Convert" end
local function each(n, make, ask) return times(n, function() return make(ask) end) end

-- An order of two items.
operations["checkoutservice PlaceOrder"] = function(ask)
  return join({ cpu("2.5ms") }, ask "cartservice GetCart", each(2, product, ask),
              each(3, convert, ask), ask "shippingservice GetQuote", ask "paymentservice Charge",
              ask "shippingservice ShipOrder", ask "cartservice EmptyCart",
              ask "emailservice SendOrderConfirmation")
end

-- A page can do without recommendations and without ads: the frontend waits only so long.
local function recommended(ask)
  return join(ask("recommendationservice ListRecommendations", "500ms"), each(5, product, ask))
end
local function ads(ask) return ask("adservice GetAds", "100ms") end
local function currencies(ask) return ask "currencyservice GetSupportedCurrencies" end
local function render() return { cpu(spread("1.2ms", "5ms")) } end

local pages = {
  ["GET /"] = function(ask)
    return join(render(), currencies(ask), ask "productcatalogservice ListProducts",
                ask "cartservice GetCart", each(9, convert, ask), ads(ask))
  end,
  ["POST /setCurrency"] = function() return render() end,
  ["GET /product"] = function(ask)
    return join(render(), product(ask), currencies(ask), ask "cartservice GetCart", convert(ask),
                recommended(ask), ads(ask))
  end,
  ["POST /cart"] = function(ask)
    return join(render(), product(ask), ask "cartservice AddItem")
  end,
  ["GET /cart"] = function(ask)
    return join(render(), currencies(ask), ask "cartservice GetCart", recommended(ask),
                ask "shippingservice GetQuote", each(2, product, ask), each(3, convert, ask))
  end,
  ["POST /cart/checkout"] = function(ask)
    return join(render(), ask "checkoutservice PlaceOrder", recommended(ask), currencies(ask))
  end,
}

-- The load generator's tasks and their weights.
local mix = { ["GET /"] = 1, ["POST /setCurrency"] = 2, ["GET /product"] = 10, ["POST /cart"] = 2,
              ["GET /cart"] = 3, ["POST /cart/checkout"] = 1 }
local recommending = { "GET /product", "GET /cart", "POST /cart/checkout" }

local function quantities(cpu_milli, memory_mebi)
  return { cpu = cpu_milli .. "m", memory = memory_mebi .. "Mi" }
end

-- A pod of module m: its start-up ends at the first probe that finds it ready.
local function pod_of(m, endpoints)
  return {
    replicas = 2, maxReplicas = 32, async = not m.threads, workers = m.threads or 64,
    startup = uniform(m.delay .. "s", m.delay + m.period .. "s"), memory = m.memory[1] .. "Mi",
    resources = { requests = quantities(m.cpu[1], m.memory[1]),
                  limits = quantities(m.cpu[2], m.memory[2]) },
    endpoints = endpoints,
  }
end

-- Over the network: 0.3 ms to encode the question and decode the answer, then the call.
local function ask_remote(target, timeout)
  return { cpu("0.3ms"), call { target, timeout = timeout, optional = timeout ~= nil } }
end

-- In one process: the callee's steps. Only the cart's store is elsewhere.
local function ask_local(target)
  if not operations[target] then return ask_remote(target) end
  return operations[target](ask_local)
end

local function microservices()
  local endpoints = { frontend = {} }
  for target, work in pairs(operations) do
    local module, operation = target:match("^(%S+) (%S+)$")
    endpoints[module] = endpoints[module] or {}
    endpoints[module][operation] = work(ask_remote)
  end
  for page, work in pairs(pages) do endpoints.frontend[page] = work(ask_remote) end
  local names = {}
  for name, m in pairs(modules) do
    service(name)(pod_of(m, endpoints[name]))
    names[#names + 1] = name
  end
  return { front = "frontend", deployables = names, buggy = "recommendationservice",
           bugs = { "recommendationservice ListRecommendations" } }
end

-- One process that reserves what its modules reserve, starts them one after another (ours), and
-- gives each request one of 200 threads, as common web servers do.
local function monolith()
  local all = { cpu = { 0, 0 }, memory = { 0, 0 }, delay = 0, period = 10, threads = 200 }
  for _, m in pairs(modules) do
    all.delay = all.delay + m.delay
    for i = 1, 2 do
      all.cpu[i] = all.cpu[i] + m.cpu[i]
      all.memory[i] = all.memory[i] + m.memory[i]
    end
  end
  local endpoints, bugs = {}, {}
  for page, work in pairs(pages) do endpoints[page] = work(ask_local) end
  for i, page in ipairs(recommending) do bugs[i] = "shop " .. page end
  service "shop" (pod_of(all, endpoints))
  return { front = "shop", deployables = { "shop" }, buggy = "shop", bugs = bugs }
end

-- The rule of a HorizontalPodAutoscaler: replicas in proportion to CPU use, up at once, down only
-- to the most that was wanted in the last five minutes.
local function autoscale(name)
  local recent = {}
  every("15s", function(w)
    local used = w:signal(name .. ".cpu")
    if used ~= used then return end -- nothing was measured
    local ratio = used / 0.6
    local want = w:ready(name)
    if ratio < 0.9 or ratio > 1.1 then want = math.ceil(want * ratio) end
    recent[#recent + 1] = want
    if #recent > 20 then table.remove(recent, 1) end
    for _, earlier in ipairs(recent) do want = math.max(want, earlier) end
    w:scale(name, math.max(2, math.min(20, want)))
  end)
end

local function visitors(front)
  local targets = {}
  for page, weight in pairs(mix) do targets[front .. " " .. page] = weight end
  -- The match day, an hour played in 2.5 min, at a twentieth of its rate: 11 to 154 a second.
  client "visitors" {
    mix = targets, timeout = "5s",
    rate = csv { "data/worldcup98_matchday.csv", scale = 0.05, stretch = 1 / 24 },
  }
  -- The load generator's users, whom we can tell apart.
  client "users" { mix = targets, timeout = "5s", users = 100, think = uniform("1s", "10s") }
end

-- What happens between the two matches. A bug lasts ten minutes; then the deployable that has it
-- is released without it.
local function bug(deployment, fault)
  for _, target in ipairs(deployment.bugs) do at("40m", fault(target)) end
  at("50m", restart { deployment.buggy, version = "without the bug" })
end

local events = {
  surge = function() end,
  deploy = function(deployment)
    at("40m", restart { deployment.buggy, version = "new recommendations" })
  end,
  deploy_all = function(deployment)
    for _, name in ipairs(deployment.deployables) do
      at("40m", restart { name, version = "a change to every module" })
    end
  end,
  leak = function(deployment)
    bug(deployment, function(target) return leak { target, bytes = "128Ki", duration = "10m" } end)
  end,
  hang = function(deployment)
    bug(deployment, function(target) return hang { target, ratio = "10%", duration = "10m" } end)
  end,
}

return function(shape, event)
  run { duration = "1h", warmup = "1m", seed = 7, window = "15s" }
  network { latency = "0.25ms", internet = "20ms" } -- ours
  price { cpuPerHour = 0.04048, memoryGiBPerHour = 0.004445 }
  local deployment = (shape == "monolith" and monolith or microservices)()
  service "redis-cart" {
    workers = 1, startup = uniform("0s", "5s"), memory = "200Mi",
    resources = { requests = quantities(70, 200), limits = quantities(125, 256) },
    endpoints = { GET = { cpu("0.05ms") }, SET = { cpu("0.05ms") } },
  }
  for _, name in ipairs(deployment.deployables) do autoscale(name) end
  visitors(deployment.front)
  events[event](deployment)
end
