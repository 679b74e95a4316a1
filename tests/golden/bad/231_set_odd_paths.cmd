bad/023_warmup_too_long.lua --set shop.endpoints[1].work=1ms --set user.retry={attempts=3}
