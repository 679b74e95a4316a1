-- microservices: release of every module
-- What to look for: ten releases at once; together they move more instances, and
-- take as long as the slowest to start.
include "model.lua"("microservices", "deploy_all")

expect.failed("visitors", { atMost = 0 })
