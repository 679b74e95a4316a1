-- Lists with holes, keys that are no text.
run { duration = "1m" }
service "shop" {
  [3] = "x",
  endpoints = { ["GET /"] = { cpu("1ms"), nil, cpu("2ms") }, [{}] = {} },
}
