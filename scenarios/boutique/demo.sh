#!/bin/sh
# demo.sh ORRERY [FOLDER] - Online Boutique as a monolith and as microservices, through five events
# each, and what they did to its visitors. Results are kept in FOLDER (build/boutique).
set -eu
[ $# -ge 1 ] || { echo "usage: $0 ORRERY [FOLDER]" >&2; exit 2; }
orrery=$1 out=${2:-build/boutique} here=$(dirname "$0")
mkdir -p "$out"

# What is said below is what the scenarios expect: when one of them fails, so does this.
for shape in monolith microservices; do
    set --
    for event in "" _deploy _deploy_all _leak _hang; do
        set -- "$@" "$here/$shape$event.lua"
    done
    "$orrery" run "$@" --out "$out/$shape.db" --force >"$out/$shape.txt"
done
"$orrery" compare "$out/monolith.db" "$out/microservices.db" \
    -m 'failed=clients.*.failed' \
    -m 'users hit=clients.*.users_hit' \
    -m 'min hit=minutes(clients.*.failed_per_s)' \
    -m 'parts missing=services.*.done_without' \
    -m 'p99 ms=clients.visitors.latency_ms.p99' \
    -m 'pods started=services.*.starts' \
    -m 'release min=rollouts.*.minutes' \
    -m 'core h=cost.requested_core_hours' \
    -m 'cores used=services.*.cpu_cores' \
    -m 'USD=cost.total'
cat <<EOF

Real traffic (World Cup, 30 June 1998, an hour in 2.5 min) meets the same work in two deployments.
match day  The monolith is faster and cheaper: no calls between modules, and one big pool of cores
           where the peaks of modules even out. Microservices scale, and pay for every hop.
release    Nobody is hit either way. One small module is out in seconds instead of minutes; when
           everything changes, microservices move many more instances.
leak       The same leak in recommendations kills the whole shop, or only recommendations.
hang       The same hanging call eats the threads of all pages, or of recommendations alone: pages
           are then slower (p99) and miss parts, but they come.
columns    failed: calls. users hit: of 100. min hit: minutes with failures. p99: of answered calls.
           release min: sum over deployables. core h: reserved.
More in scenarios/boutique/README.md; all results are in $out.
EOF
