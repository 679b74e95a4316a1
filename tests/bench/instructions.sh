#!/bin/sh
# instructions.sh BENCH - one line a body: its name and the instructions it takes per unit of work,
# loading and warm-up included, counted by callgrind.
set -eu
command -v valgrind >/dev/null || { echo "bench-instructions needs valgrind" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "# instructions per unit of work, by callgrind; gcc -O2 with LTO"
for body in bare.mm1:2000000 bare.mm1.ziggurat:2000000 engine.mm1:2000000 engine.mm1.textbook:2000000 \
    bare.chain3:700000 bare.chain3.ziggurat:700000 chain3:700000 chain3.guarded:700000 lb3:960000 storm:765565 \
    pick.random.3:200000 pick.random.1000:200000 \
    pick.randomWeighted.3:200000 pick.randomWeighted.1000:200000 \
    pick.roundRobin.3:200000 pick.roundRobin.1000:200000 \
    pick.roundRobinWeighted.3:200000 pick.roundRobinWeighted.1000:200000 \
    pick.leastRequest.3:200000 pick.leastRequest.1000:200000 \
    pick.envoyLeastRequest.3:200000 pick.envoyLeastRequest.1000:200000 \
    pick.powerOfTwo.3:200000 pick.powerOfTwo.1000:200000 \
    pick.peakEwma.3:200000 pick.peakEwma.1000:200000 \
    pick.hash.3:200000 pick.hash.1000:200000 \
    pick.ringHash.3:200000 pick.ringHash.1000:200000 \
    pick.maglev.3:200000 pick.maglev.1000:200000 \
    filter.none:2000000 filter.five:2000000; do
    name=${body%:*} units=${body#*:}
    valgrind --tool=callgrind --callgrind-out-file="$work/out" "$1" --only "$name" \
        >/dev/null 2>"$work/said"
    total=$(sed -n 's/.*Collected : *//p' "$work/said")
    echo "$name $((total / units))"
done
