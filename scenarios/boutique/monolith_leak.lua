-- monolith: memory leak
-- What to look for: each page with recommendations leaks; when memory is out the
-- whole process is killed, with every page in it, and both replicas die at about the same time.
include "model.lua"("monolith", "leak")

expect.failed("visitors", { atLeast = 1000 })
