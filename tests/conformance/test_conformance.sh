#!/bin/sh
# All vectors pass, and the runner fails what it should: a wrong figure, an unknown kind, a vector or
# an input that lacks something, a file that is none. usage: test_conformance.sh ORRERY
set -u
cd "$(dirname "$0")/../.."
"${MAKE:-make}" -s --no-print-directory build/conformance || exit 1
runner=build/conformance
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

"$runner" tests/conformance/*.json || failed=1

# expect STATUS TEXT JSON: this file ends with that status and says that text.
expect() {
    printf '%s\n' "$3" > "$work/vectors.json"
    said=$("$runner" "$work/vectors.json" 2>&1)
    status=$?
    case $said in *"$2"*) found=1 ;; *) found=0 ;; esac
    if [ "$status" -ne "$1" ] || [ "$found" -eq 0 ]; then
        echo "wanted status $1 and: $2"
        echo "got status $status and: $said"
        failed=1
    fi
}

panic='"kind": "envoyPanic", "healthy": 4, "backends": 10, "thresholdPercent": 50'
expect 0 "1 passed, 0 failed" "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$panic}, \"expect\": true}]"
expect 1 "vectors.json:1: n: expected false, got true" \
    "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$panic}, \"expect\": false}]"
expect 1 "expected 1, got true" "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$panic}, \"expect\": 1}]"
expect 1 "unknown input.kind 'envoyPanik'" \
    '[{"name": "n", "source": "s", "input": {"kind": "envoyPanik"}, "expect": true}]'
expect 1 "unknown input.kind ''" '[{"name": "n", "source": "s", "input": {"healthy": 1}, "expect": true}]'
expect 1 "healthy is missing" \
    '[{"name": "n", "source": "s", "input": {"kind": "envoyPanic", "backends": 9, "thresholdPercent": 50}, "expect": true}]'
expect 1 "0 passed, 1 failed" \
    '[{"name": "n", "source": "s", "input": {"kind": "envoyPanic", "healthy": -1, "backends": 1, "thresholdPercent": 50}, "expect": true}]'
expect 1 "needs a source" "[{\"name\": \"n\", \"input\": {$panic}, \"expect\": true}]"
expect 1 "needs a name" "[{\"source\": \"s\", \"input\": {$panic}, \"expect\": true}]"
expect 1 "needs input and expect" "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$panic}}]"
expect 1 "needs a name" '[3]'
expect 2 "not a list of vectors" '{}'
expect 2 "not a list of vectors" '[]'
expect 2 "error: /0: expected a key" '[{'
slow='"kind": "envoySlowStart", "since_ms": 15000, "window_ms": 60000, "aggression": 1, "minWeight": 0.1'
expect 0 "1 passed" "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$slow}, \"expect\": {\"min\": 0.2, \"max\": 0.3}}]"
expect 1 "0 passed" "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$slow}, \"expect\": {\"min\": 0.26}}]"
expect 1 "0 passed" "[{\"name\": \"n\", \"source\": \"s\", \"input\": {$slow}, \"expect\": {}}]"

"$runner" "$work/none.json" >/dev/null
[ $? -eq 2 ] || { echo "a missing file is not refused"; failed=1; }
"$runner" 2>/dev/null
[ $? -eq 2 ] || { echo "no file is not refused"; failed=1; }
exit $failed
