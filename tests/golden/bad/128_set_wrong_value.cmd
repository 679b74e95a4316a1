bad/data/good.lua --set shop.replicas=lots --set run.duration=5 --set user.rate=-1/s
