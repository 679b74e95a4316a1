-- Round through three services, and a second cycle beside it.
run { duration = "1m" }
service "a" { endpoints = { ["GET /"] = { call "b GET /" } } }
service "b" { endpoints = { ["GET /"] = { branch { option { weight = 1, call "c GET /" } } } } }
service "c" { endpoints = { ["GET /"] = {
  parallel { call "a GET /", call "d GET /" },
} } }
service "d" { endpoints = { ["GET /"] = { call "d GET /" } } }
client "user" { target = "a GET /", rate = "1/s" }
