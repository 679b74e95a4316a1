-- microservices: match day
-- Online Boutique in ten deployables and a store. What to look for: only the busy services scale
-- (frontend, catalogue, recommendations), and every page pays for a dozen calls. See README.md.
include "model.lua"("microservices", "surge")

expect.availability("visitors", { above = "99.9%" })
expect.p99("visitors", { above = "300ms" })
expect.replicas("frontend", { atLeast = 2, atMost = 20 })
