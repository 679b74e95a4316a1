-- microservices: memory leak
-- What to look for: recommendationservice is killed again and again; pages are
-- shown without recommendations, so clients see no failure.
include "model.lua"("microservices", "leak")

expect.failed("visitors", { atMost = 0 })
