#!/bin/sh
# Everything that --json prints is what `explain --schema` says of it. usage: test_json.sh [ORRERY]
set -eu
orrery=$(realpath "${1:-./orrery}")
validate=$(realpath "$(dirname "$0")/json_schema.py")
scenarios=$(realpath "$(dirname "$0")/../../scenarios")
command -v python3 > /dev/null || { echo "skipped: needs python3"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
passed=0

# fits CODE SCHEMA COMMAND...: the exit code, and that stdout is one object of that schema
fits() {
    code=$1 schema=$2
    shift 2
    set +e
    "$orrery" "$@" > out.json 2> err
    got=$?
    set -e
    [ "$code" = any ] || [ "$got" -eq "$code" ] || { echo "not ok: $*: exit $got, not $code"; cat err; exit 1; }
    grep -qF "\"schema\": \"$schema\"" out.json || { echo "not ok: $*: not a $schema"; exit 1; }
    "$orrery" explain --schema "$schema" > schema.json
    python3 "$validate" schema.json out.json || { echo "not ok: $*"; exit 1; }
    passed=$((passed + 1))
}

cat > shop.lua <<'LUA'
run { duration = "1m", warmup = "5s" }
zones { "a", "b" }
nodepool "pool" { count = 2, cpu = "4", memory = "16Gi", pricePerHour = 0.2 }
service "shop" { replicas = 2, endpoints = { ["GET /"] = { cpu(exponential "5ms") } } }
client "users" { target = "shop", rate = "50/s", timeout = "30ms", retry = { attempts = 2 } }
client "rare" { target = "shop", rate = "1/m" }
at("10s", crash { "shop" })
expect.p99("users", { below = "1ms" })
expect.replicas("shop", { atLeast = 1 })
LUA
cat > bad.lua <<'LUA'
service "shop" { wrokers = 2 }
at("2m", 3)
LUA

fits 1 orrery.run run shop.lua --json
fits 1 orrery.run run shop.lua --json --reps 3 -j 2 --out shop.db
fits 1 orrery.runs run shop.lua shop.lua --json --out two.db
fits 124 orrery.run run shop.lua --json --set run.duration=10m --reps 50000 -j 1 --time-limit 1s
fits 0 orrery.run report shop.db --json
fits 0 orrery.runs report two.db --json
fits 0 orrery.runs export shop.db json
fits 0 orrery.check check shop.lua --json
fits 2 orrery.check check bad.lua absent.lua shop.lua --json
fits 0 orrery.compare compare shop.db shop.lua --json --reps 3
fits 0 orrery.compare compare shop.lua shop.lua --set shop.replicas=1 --json -m 'p99=clients.*.latency_ms.p99'
fits 0 orrery.diff diff shop.lua shop.lua --json
fits 0 orrery.explain explain --json
fits 0 orrery.explain explain service --json
fits 0 orrery.plots plot --json
if command -v gnuplot > /dev/null; then
    fits 0 orrery.plot plot latency shop.db --json
    fits 0 orrery.doctor doctor --json
else
    fits 1 orrery.doctor doctor --json
fi
for scenario in traffic/zones traffic/stale_dns traffic/rest_grpc_events; do
    fits any orrery.run run "$scenarios/$scenario.lua" --json
done

# The schema of documents: what --expand prints is a document.
for scenario in shop.lua "$scenarios/04_balancers.lua" "$scenarios/10_real_traffic.lua"; do
    "$orrery" explain --schema > schema.json
    "$orrery" explain --expand "$scenario" --json > out.json
    python3 "$validate" schema.json out.json || { echo "not ok: --expand $scenario"; exit 1; }
    passed=$((passed + 1))
done

# The validator itself says no.
echo '{"schema": "orrery.diff", "version": 1, "differences": -1, "text": "x"}' > out.json
"$orrery" explain --schema orrery.diff > schema.json
! python3 "$validate" schema.json out.json 2> /dev/null || { echo "not ok: anything goes"; exit 1; }

echo "ok: $passed passed, 0 failed"
