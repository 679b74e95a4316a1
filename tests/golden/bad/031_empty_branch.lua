-- A branch without a way, and one whose ways weigh nothing.
run { duration = "1m" }
service "shop" { endpoints = {
  ["GET /"] = { branch {} },
  ["PUT /"] = {
    branch { option { weight = 0, cpu("1ms") }, option { weight = 0 } },
  },
  ["POST /"] = { branch { cpu("1ms") } },
} }
client "user" { target = "shop GET /", rate = "1/s" }
