-- A local that was never set.
local n
run { duration = n * 2 .. "m" }
