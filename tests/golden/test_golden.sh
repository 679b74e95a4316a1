#!/bin/sh
# test_golden.sh ORRERY [--update] - what scenarios print, to the last digit.
#
# Each line of `cases` is a name and the words after `orrery run`; tests/golden/NAME.txt is its exit
# code and what it prints, without the wall time. Every command that a scenario's head comment offers
# to try must be one that the scenario understands.
set -u
orrery=$(realpath "$1")
update=${2:-}
golden=$(realpath "$(dirname "$0")")
cd "$golden/../.." || exit 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

cases() {
    for scenario in scenarios/[0-9]*.lua; do
        name=${scenario##*/}
        echo "${name%.lua} $scenario"
    done
    for scenario in scenarios/traffic/*.lua; do
        name=${scenario##*/}
        echo "traffic_${name%.lua} $scenario"
    done
    echo "storm_cured scenarios/08_retry_storm.lua --set app.retry.attempts=1"
    echo "intervals scenarios/04_balancers.lua --reps 3 -j 2 --until 2m"
    echo "boutique_monolith scenarios/boutique/monolith.lua --until 10m"
    echo "boutique_microservices scenarios/boutique/microservices.lua --until 10m"
    echo "boutique_leak scenarios/boutique/monolith_leak.lua --until 45m"
}

compare() { # NAME: $work/out against its golden
    if [ "$update" = --update ]; then
        cp "$work/out" "$golden/$1.txt"
    elif ! diff -u "$golden/$1.txt" "$work/out" >"$work/diff" 2>&1; then
        echo "$1: prints something else; see if it is right, then make golden UPDATE=1"
        cat "$work/diff"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + 1))
}

cases >"$work/cases"
while read -r name words; do
    # shellcheck disable=SC2086 # words are words
    "$orrery" run $words --quiet >"$work/raw" 2>"$work/stderr"
    echo "exit $?" >"$work/out"
    sed '1s/ simulated in [^ ]*/ simulated/' "$work/raw" >>"$work/out"
    cat "$work/stderr" >>"$work/out"
    compare "$name"
done <"$work/cases"

# Two workers instead of one, for the same customers.
"$orrery" compare scenarios/01_one_queue.lua scenarios/01_one_queue.lua --set shop.workers=2 \
    >"$work/out" 2>&1
compare compare_changed
"$orrery" compare scenarios/01_one_queue.lua scenarios/05_call_graph.lua \
    -m 'calls=clients.*.sent' -m 'mean ms=clients.*.latency_ms.mean' >"$work/out" 2>&1
compare compare

# A line that ends in a backslash goes on in the next; what stands in brackets at the end is prose.
tries() {
    sed -n 's/^-- \(Try:\|   \)  *//p' "$1" | sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' |
        sed -n 's/^orrery run \([^(]*\).*/\1/p'
}

for scenario in scenarios/*.lua scenarios/traffic/*.lua; do
    tries "$scenario" | sed 's/--seed [0-9]*//; s/--reps [0-9]*//' >"$work/tries"
    [ -s "$work/tries" ] || { echo "$scenario: offers nothing to try"; failed=$((failed + 1)); }
    while read -r words; do
        if eval "\"$orrery\" check $words" >"$work/stderr" 2>&1; then
            passed=$((passed + 1))
        else
            echo "$scenario: orrery run $words"
            cat "$work/stderr"
            failed=$((failed + 1))
        fi
    done <"$work/tries"
done
echo "golden: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -ge 40 ]
