bad/data/good.lua --set shop.workres=3 --set nobody.replicas=2 --set run
