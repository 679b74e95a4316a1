-- microservices: release of one module
-- What to look for: two small instances move, within seconds, and no visitor
-- notices.
include "model.lua"("microservices", "deploy")

expect.failed("visitors", { atMost = 0 })
