-- monolith: release of every module
-- What to look for: the same as for one change: the monolith has one release.
include "model.lua"("monolith", "deploy_all")

expect.failed("visitors", { atMost = 0 })
