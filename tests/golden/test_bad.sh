#!/bin/sh
# test_bad.sh ORRERY [--update] - wrong input, end to end.
#
# Every tests/golden/bad/NN_NAME.lua or .json is run as a scenario; NN_NAME.cmd holds the words after
# `orrery run` instead. Each must exit with 2, print exactly NN_NAME.txt on stderr and nothing on
# stdout, and leave no file behind, neither the one asked for nor a temporary one.
set -u
orrery=$(realpath "$1")
update=${2:-}
cd "$(dirname "$0")" || exit 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

fail() {
    echo "$case: $1"
    wrong=1
}

# Without running: the same problems, unless they come up only in the run.
check_agrees() {
    grep -q '^orrery run: ' "$work/stderr" && return
    "$orrery" check "$case" >"$work/checked" 2>"$work/problems"
    [ $? -eq 2 ] || fail "orrery check finds nothing"
    [ -s "$work/checked" ] && fail "orrery check: something on stdout"
    cmp -s "$work/problems" "$work/stderr" || fail "orrery check says something else"
}

for case in bad/[0-9]*.lua bad/[0-9]*.json bad/[0-9]*.cmd; do
    golden=${case%.*}.txt
    words=$case wrong=0
    case $case in *.cmd) words=$(cat "$case") ;; esac
    mkdir "$work/out"
    # shellcheck disable=SC2086 # words are words
    timeout 20 "$orrery" run $words --out "$work/out/x.db" >"$work/stdout" 2>"$work/stderr"
    code=$?
    [ $code -eq 2 ] || fail "exit $code, not 2"
    [ -s "$work/stderr" ] || fail "nothing on stderr"
    [ -s "$work/stdout" ] && fail "something on stdout"
    [ -z "$(ls -A "$work/out")" ] || fail "left behind: $(ls -A "$work/out")"
    rm -rf "$work/out"
    case $case in *.cmd) ;; *) check_agrees ;; esac
    if [ "$update" = --update ]; then
        cp "$work/stderr" "$golden"
    elif ! diff -u "$golden" "$work/stderr" >"$work/diff" 2>&1; then
        fail "another message"
        cat "$work/diff"
    fi
    if [ $wrong -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "bad input: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -ge 60 ]
