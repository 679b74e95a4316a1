-- monolith: release of one module
-- What to look for: the whole shop moves for a change to one of its ten
-- modules, and each new instance takes as long to start as all of them.
include "model.lua"("monolith", "deploy")

expect.failed("visitors", { atMost = 0 })
