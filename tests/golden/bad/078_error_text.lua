-- An error of the author's own, in a function.
local function judge(n)
  if n > 3 then error("too many: " .. n) end
end
judge(4)
