local t = { 3, 1, 2, x = "y", [true] = 1 }
table.sort(t, function(a, b) return a > b end)
for k, v in pairs(t) do t[k] = tostring(v) .. ("%s %5.2f"):format(v, 1.5) end
for w in ("a=1, b=2"):gmatch("(%w+)=%w+") do t[#t + 1] = w:gsub("%a", { a = "z" }) end
local ok, e = pcall(error, setmetatable({}, { __tostring = function() return "m" end }))
run { duration = "1m", x = math.random(5), y = math.pow(2, 3), z = select("#", table.unpack(t)) }
