-- microservices: hanging calls
-- What to look for: the ten threads of each recommendationservice hang; pages wait
-- 500 ms for it and are shown without: slower, but there.
include "model.lua"("microservices", "hang")

expect.failed("visitors", { atMost = 0 })
