#!/bin/sh
# A kill -9 during `run --out`, at twenty moments, leaves the old file or a whole new one.
# The moments are a fixed list of shares of an undisturbed run's time, so they hit loading,
# simulating, writing and renaming. usage: test_kill.sh [ORRERY]
set -eu
orrery=$(realpath "${1:-./orrery}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > slow.json <<'JSON'
{"orrery": 1, "objects": [
  {"kind": "run", "duration": "2m", "warmup": "5s"},
  {"kind": "service", "name": "shop", "workers": 4,
   "endpoints": {"GET": [{"kind": "cpu", "work": {"kind": "exponential", "mean": "5ms"}}]}},
  {"kind": "client", "name": "shoppers", "target": "shop GET", "rate": "500/s"}]}
JSON

now_ms() { date +%s%3N; }

"$orrery" run slow.json --seed 1 --out old.db > /dev/null
began=$(now_ms)
"$orrery" run slow.json --seed 2 --reps 12 -j 2 --out new.db > /dev/null
took=$(($(now_ms) - began))

old=0 new=0 parts=0
for permille in 10 50 100 170 240 420 510 600 680 760 830 890 930 960 990 1020 1060 1100 1200 1400; do
    cp old.db result.db
    "$orrery" run slow.json --seed 2 --reps 12 -j 2 --out result.db --force > /dev/null 2>&1 &
    pid=$!
    sleep "$(awk "BEGIN { print $took * $permille / 1e6 }")"
    kill -9 "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
    [ -e result.db.part ] && parts=$((parts + 1))
    if "$orrery" diff result.db old.db --exit-code > /dev/null; then
        old=$((old + 1))
    elif "$orrery" diff result.db new.db --exit-code > /dev/null; then
        new=$((new + 1))
    else
        echo "not ok: killed at $permille permille of ${took}ms, the file is neither old nor new"
        exit 1
    fi
done
# The last kills come too late, the first ones too early: else the moments missed the run.
if [ "$old" -eq 0 ]; then
    echo "not ok: no kill came before the end ($old old, $new new)"
    exit 1
fi
# What a killed run left behind does not hinder the next one.
"$orrery" run slow.json --seed 2 --reps 12 -j 2 --out result.db --force > /dev/null
"$orrery" diff result.db new.db --exit-code
[ ! -e result.db.part ]
echo "ok: 20 kills left $old old and $new new files, and $parts parts that were reused"
