-- monolith: hanging calls
-- What to look for: each hanging call keeps one of the 200 threads of its process;
-- when all are gone no page is answered, though CPU and memory are idle.
include "model.lua"("monolith", "hang")

expect.failed("visitors", { atLeast = 10000 })
