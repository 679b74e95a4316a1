-- Ten servers, one call a second to each on average, and balancers that look at how busy they are only
-- now and then. The idlest of all at the last look gets every call until the next; of two at random
-- the idler one is many different ones.
local seed = 1
local span = "8000s"
local refresh = 10 -- seconds

run { duration = span, warmup = "500s", seed = seed }

-- The calls in flight at each backend, as they were when last looked at.
local function view(state, backends, now)
  if not state.due or now >= state.due then
    state.due = now + refresh
    state.seen = state.seen or {}
    for i = 1, #backends do state.seen[i] = backends[i].inFlight end
  end
  return state.seen
end

local function best_of_all(state, backends, call)
  local seen, best = view(state, backends, call.now), 1
  for i = 2, #backends do
    if seen[i] < seen[best] then best = i end
  end
  return best
end

local function best_of_two(state, backends, call)
  local seen, a, b = view(state, backends, call.now), math.random(#backends), math.random(#backends)
  return seen[a] <= seen[b] and a or b
end

for name, way in pairs { all = best_of_all, two = best_of_two, any = random() } do
  service(name) { replicas = 10, workers = 1, endpoints = { GET = { cpu(exponential "0.5s") } } }
  client(name) { target = name .. " GET", rate = "10/s", balancer = way }
end
