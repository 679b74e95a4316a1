-- monolith: match day
-- Online Boutique in one deployable beside its store. What to look for: two big instances have so
-- much room that they need not scale; they reserve it at night, too. See README.md.
include "model.lua"("monolith", "surge")

expect.availability("visitors", { above = "99.9%" })
expect.p99("visitors", { below = "300ms" })
