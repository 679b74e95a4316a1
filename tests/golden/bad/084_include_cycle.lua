-- A file that includes itself.
include "data/self.lua"
