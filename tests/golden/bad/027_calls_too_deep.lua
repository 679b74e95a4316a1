-- A chain of a hundred, listed callee first.
run { duration = "1m" }
service "s0" { endpoints = { x = { cpu("1ms") } } }
for i = 1, 99 do
  service("s" .. i) { endpoints = { x = { call("s" .. i - 1 .. " x") } } }
end
client "user" { target = "s99 x", rate = "1/s" }
