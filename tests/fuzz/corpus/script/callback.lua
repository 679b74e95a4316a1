every("1m", function(w) local x = w:signal("cart.p99") if x > 0.5 then w:scale("cart", 3) end end)
