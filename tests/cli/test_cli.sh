#!/bin/sh
# What a user types and what comes back: exit codes, streams, files. usage: test_cli.sh [ORRERY]
set -eu
orrery=$(realpath "${1:-./orrery}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset NO_COLOR || true
passed=0

# is CODE NAME COMMAND...: the exit code; streams go to out and err
is() {
    code=$1 name=$2
    shift 2
    set +e
    "$@" > out 2> err
    got=$?
    set -e
    if [ "$got" -ne "$code" ]; then
        echo "not ok: $name: exit $got, not $code"
        cat out err
        exit 1
    fi
    passed=$((passed + 1))
}
has() { grep -qF -- "$2" "$1" || { echo "not ok: $name: $1 lacks '$2'"; cat "$1"; exit 1; }; }
empty() { [ ! -s "$1" ] || { echo "not ok: $name: $1 is not empty"; cat "$1"; exit 1; }; }

cat > shop.json <<'JSON'
{"orrery": 1, "title": "A shop", "objects": [
  {"kind": "run", "duration": "1m", "warmup": "5s"},
  {"kind": "service", "name": "shop", "workers": 2,
   "endpoints": {"GET": [{"kind": "cpu", "work": {"kind": "exponential", "mean": "5ms"}}]}},
  {"kind": "client", "name": "shoppers", "target": "shop GET", "rate": "100/s"},
  {"kind": "expect.p99", "subject": "shoppers", "below": "10s"}]}
JSON
sed -e 's/10s/1ms/' shop.json > strict.json
sed -e 's/"1m"/"10h"/' -e 's/100\/s/200\/s/' shop.json > long.json
sed -e 's/workers/wrokers/' -e 's/"shop GET"/"shp GET"/' shop.json > bad.json

is 0 "help" "$orrery" help;                   has out "usage: orrery COMMAND"
is 0 "no arguments" "$orrery";                has out "usage: orrery COMMAND"
is 0 "help of a command" "$orrery" run --help; has out "--reps N"
is 0 "version" "$orrery" --version;           has out "orrery "
is 2 "unknown command" "$orrery" rn;          has err "did you mean 'run'?"; empty out
is 2 "unknown option" "$orrery" run --sede 1 shop.json; has err "'--seed'"; empty out
is 2 "no scenario" "$orrery" run;             has err "SCENARIO... is missing"
is 2 "absent scenario" "$orrery" run absent.lua; has err "absent.lua: error:"; empty out
is 2 "no scenario by its name" "$orrery" run out; has err ".lua or .json"

is 0 "a run" "$orrery" run shop.json
    has out "seed 1  digest "
    has out "pass  p99 shoppers"
    empty err
is 1 "a failed expectation" "$orrery" run strict.json; has out "FAIL  p99 shoppers"
is 2 "a bad scenario" "$orrery" run bad.json --out bad.db; has err "'workers'"; empty out
[ ! -e bad.db ] && [ ! -e bad.db.part ] || { echo "not ok: a bad scenario left a file"; exit 1; }
is 0 "--set" "$orrery" run strict.json --set 'expect.p99[1].below=10s'

is 0 "--json" "$orrery" run shop.json --json
    has out '"schema": "orrery.run"'
    has out '"seed": "1"'
is 0 "--json of several" "$orrery" run shop.json shop.json --json
    has out '"schema": "orrery.runs"'
is 0 "--json with --reps" "$orrery" run shop.json --reps 2 --json; has out '"ci95_low"'

is 0 "--out" "$orrery" run shop.json --out shop.db -j 1 --reps 3
    has out "orrery plot latency shop.db"
is 2 "an existing --out" "$orrery" run shop.json --out shop.db; has err "--force"; empty out
is 0 "--force" "$orrery" run shop.json --out shop.db -j 2 --reps 3 --force
is 0 "-j changes nothing" "$orrery" run shop.json --out shop2.db -j 3 --reps 3
is 0 "the same results" "$orrery" diff shop.db shop2.db --exit-code; empty out
is 0 "another seed" "$orrery" run shop.json --out other.db --seed 2 --reps 3
is 1 "other results" "$orrery" diff shop.db other.db --exit-code
is 3 "an unwritable --out" "$orrery" run shop.json --out absent/shop.db; has err "No such file"
is 2 "a scenario and a result" "$orrery" diff shop.json shop.db
is 0 "scenarios differ" "$orrery" diff shop.json strict.json; has out "10s -> 1ms"

is 0 "compare results" "$orrery" compare shop.db other.db; has out "figures are alike"
is 0 "compare a scenario with itself" "$orrery" compare shop.json shop.json --reps 2 -j 2
    has out "figures are alike"
is 0 "compare --json" "$orrery" compare shop.db other.db --json; has out '"schema": "orrery.compare"'
is 2 "compare, a name that is nowhere" "$orrery" compare shop.db other.db -m cost.totl
    has err "cost.totl"; empty out
is 2 "compare, --set of a result" "$orrery" compare shop.db other.db --set shop.replicas=2
    has err "is a result file"
is 2 "compare, --reps of results" "$orrery" compare shop.db other.db --reps 2; has err "for scenarios"
is 2 "compare, one missing" "$orrery" compare shop.db absent.db; has err "absent.db"

is 0 "--trace" "$orrery" run shop.json --until 6s --trace a.txt
is 0 "--trace again" "$orrery" run shop.json --until 6s --trace b.txt --queue heap
cmp a.txt b.txt
[ -s a.txt ] || { echo "not ok: the trace is empty"; exit 1; }
is 2 "--trace of two" "$orrery" run shop.json shop.json --trace c.txt
    has err "--trace is of one"
is 2 "--until after the end" "$orrery" run shop.json --until 2m; has err "later than the end"
is 2 "--until in the warm-up" "$orrery" run shop.json --until 5s; has err "warm-up"

# Whatever a scenario is called or logs, a terminal is shown text, and the next command can be pasted.
cat > "a name.lua" <<'LUA'
run { duration = "1m", title = "one\27[31m\ntwo" }
service "shop" { endpoints = { ["GET\27[2J /"] = { cpu("5ms") } } }
client "user" { target = "shop", rate = "1/s" }
at("10s", function(w) w:log("a\nb\27[2Jc") end)
LUA
is 0 "escapes and spaces" "$orrery" run "a name.lua"
    has out "one [31m two"
    has out "note  a b [2Jc"
    has out "next: orrery run 'a name.lua' --reps 10"
is 0 "escapes in JSON" "$orrery" run "a name.lua" --json; has out 'a\nb\u001b[2Jc'
sed 's/w:log(/error(/' "a name.lua" > boom.lua
is 2 "escapes in an error" "$orrery" run boom.lua; has err "a b [2Jc (at 10s"

# What is about to be written is judged before anything runs.
cp shop.json kept.json
is 2 "--out over its scenario" "$orrery" run kept.json --out ./kept.json --force
    has err "would overwrite the scenario"; empty out
cmp shop.json kept.json
is 2 "--trace over its scenario" "$orrery" run kept.json --trace kept.json --force
cmp shop.json kept.json
cp shop.db kept.db
is 2 "report over its result" "$orrery" report kept.db -o kept.db --force
    has err "would overwrite the file that is read"
is 2 "export over its result" "$orrery" export kept.db csv -o ./kept.db --force
cmp shop.db kept.db
is 2 "every output at once" "$orrery" run bad.json shop.json --out - --trace - --set shop.workers=2
    has err "--out - : name a file"
    has err "--trace - : name a file"
    has err "name the same file"
    has err "--trace is of one"
    has err "'workers'"
    [ ! -e - ] || { echo "not ok: a file named '-'"; exit 1; }
is 2 "--out and --trace alike" "$orrery" run shop.json --out same --trace same
    has err "name the same file, same"
: > shop-queue.svg
is 2 "an existing plot" "$orrery" run shop.json --plot; has err "shop-queue.svg exists"; empty out
is 2 "plots of one name" "$orrery" run shop.json ../"$(basename "$folder")"/shop.json --plot --force
    has err "would draw the same files"; empty out
rm shop-queue.svg
mkdir bare
ln -s "$orrery" bare/orrery
is 3 "--plot without gnuplot" env PATH=bare bare/orrery run shop.json --plot
    has err "gnuplot-nox"; empty out
is 3 "a limit on file sizes" sh -c 'ulimit -f 20; "$1" run shop.json --out limited.db' sh "$orrery"
    has err "limited.db"
    [ ! -e limited.db ] && [ ! -e limited.db.part ] || { echo "not ok: $name: a file is left"; exit 1; }
is 2 "compare, both are wrong" "$orrery" compare bad.json absent.lua
    has err "'workers'"; has err "absent.lua"; empty out
is 2 "compare, the second is wrong" "$orrery" compare shop.json bad.json --reps 1000000 -j 1
    has err "'workers'"; empty out
is 2 "a folder for a result" "$orrery" report bare; has err "is not a regular file"

is 0 "check" "$orrery" check shop.json;       has out "shop.json: ok"
is 2 "check bad" "$orrery" check bad.json shop.json
    has err "bad.json:"
    has out "shop.json: ok"
is 2 "check --json" "$orrery" check bad.json --json; has out '"severity"'; empty err
is 0 "report" "$orrery" report shop.db;       has out "A shop"
is 0 "report --markdown" "$orrery" report shop.db --markdown; has out "| shoppers |"
is 0 "report to a page" "$orrery" report shop.db -o page.html; has page.html "<!DOCTYPE html>"
is 2 "report over a page" "$orrery" report shop.db -o page.html; has err "--force"
is 0 "report by its ending" "$orrery" report shop.db -o shop.md; has shop.md "| shoppers |"
is 2 "report in two ways" "$orrery" report shop.db --html --json; has err "choose one of"
is 2 "report of no result" "$orrery" report shop.json; has err "not an orrery result file"
is 0 "export csv" "$orrery" export shop.db csv; has out "experiment_id,replication,section"
is 0 "export samples" "$orrery" export shop.db csv --table samples; has out "latency_ms.p99"
is 0 "export json" "$orrery" export shop.db json; has out '"orrery.runs"'
is 2 "export unknown" "$orrery" export shop.db xml; has err "csv and json"
is 0 "plots" "$orrery" plot;                  has out "latency"
is 2 "plot unknown" "$orrery" plot latncy shop.db; has err "did you mean 'latency'?"
is 0 "explain" "$orrery" explain service;     has out "replicas"
is 2 "explain a family" "$orrery" explain expect; has err "there are expect."; has err "expect.p99"
is 0 "--expand with callbacks" "$orrery" explain --expand "a name.lua" --json
    has err "warning: a name.lua has functions"
is 0 "--expand without" "$orrery" explain --expand shop.json --json; empty err
is 2 "explain unknown" "$orrery" explain servce; has err "service"
is 0 "init" "$orrery" init first;             has out "first/scenario.lua"
is 2 "init twice" "$orrery" init first;       has err "--force"
is 0 "the first scenario runs" "$orrery" run first/scenario.lua; has out "pass"

is 124 "--time-limit" "$orrery" run long.json --time-limit 200ms --out long.db
    has err "out of time"
"$orrery" run long.json --reps 1000 -j 1 --set run.duration=3m --out cut.db > out 2> err &
pid=$!
sleep 1
kill -INT "$pid"
name="an interruption"
set +e
wait "$pid"
got=$?
set -e
[ "$got" -eq 130 ] || { echo "not ok: an interruption: exit $got"; cat err; exit 1; }
has err "interrupted; "
has err "are kept"
is 0 "what was finished is kept" "$orrery" report cut.db; has out "interrupted: "
passed=$((passed + 1))

echo "ok: $passed passed, 0 failed"
