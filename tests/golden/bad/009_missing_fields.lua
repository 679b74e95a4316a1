-- What must be said and is not.
run {}
nodepool "workers" { count = 3 }
service "shop" {}
client "user" {}
at("10s")
at("10s", crash {})
expect.p99()
