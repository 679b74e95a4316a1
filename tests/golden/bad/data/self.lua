-- Includes itself.
include "data/self.lua"
