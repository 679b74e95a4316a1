-- Wrong on its third line.
run { duration = "1m" }
service "shop" { workres = 3 }
