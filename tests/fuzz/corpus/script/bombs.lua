local s = ("a?"):rep(20) .. ("a"):rep(20)
local m = (("a"):rep(20)):find(s)
local c <close> = setmetatable({}, { __close = function() while true do end end })
local function f(...) return f(1, ...) end
pcall(f) goto x ::x:: include "x.lua"
