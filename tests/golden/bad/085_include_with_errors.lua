-- Problems of an included file have its name and line.
include "data/broken.lua"
client "user" {
  target = "shop GET /",
  rate = 5,
}
