-- An endless loop cannot be caught inside a callback either.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
every("10s", function(w)
  pcall(function() while true do end end)
  w:log("went on")
end)
