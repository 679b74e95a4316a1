-- Ways out that are not there.
load("return 1")()
local co = coroutine.create(function() end)
require "os"
io.open("/etc/passwd")
debug.getinfo(1)
string.dump(function() end)
