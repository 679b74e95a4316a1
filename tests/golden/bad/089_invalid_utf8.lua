-- Latin-1.
run { duration = "1m" }
service "café" {}
