-- A pattern that backtracks for ever.
local s = ("a"):rep(40)
return s:find(("a?"):rep(40) .. ("a*"):rep(40) .. "b")
