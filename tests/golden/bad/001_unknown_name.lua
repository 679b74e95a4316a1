-- Nobody defined these names.
run { duration = "1m" }
sevice "shop" {}
local n = cuont * 2
service "web" { endpoints = { ["GET /"] = { cpu(lognorml { p50 = "1ms", p99 = "9ms" }) } } }
print("hello")
local t = os.time()
client "user" { target = "web GET /", rate = 5 }
