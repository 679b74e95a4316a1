-- More problems than anyone reads: they are counted.
run { duration = "1m" }
for i = 1, 250 do
  service("s" .. i) { workres = i, endpoints = { x = { cpu("1ms") } } }
end
