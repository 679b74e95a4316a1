-- Units that do not exist, and units of something else.
run { duration = "5 parsecs" }
service "shop" {
  memory = "128MB",
  startup = "40/s",
  resources = { requests = { cpu = "250c" } },
  endpoints = { ["GET /"] = { cpu("5fortnights") } },
}
client "user" {
  target = "shop GET /",
  rate = "1/parsec",
}
