-- A file that is not there.
include "data/nowhere.lua"
