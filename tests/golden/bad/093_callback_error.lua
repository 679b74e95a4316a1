-- An error at run time: virtual time and traceback.
run { duration = "1m" }
service "shop" { endpoints = { ["GET /"] = { cpu("5ms") } } }
client "user" { target = "shop GET /", rate = "1/s" }
local function inner() error("no such luck") end
at("10s", function(w)
  inner()
end)
