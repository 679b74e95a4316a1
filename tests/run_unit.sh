#!/bin/sh
# Runs every unit test binary; prints one line each, and the output of those that fail.
set -u
failed=0 passed=0 tests=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for binary in "$@"; do
    if "$binary" >"$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $binary"
        tail -n 40 "$log"
    fi
    count=$(grep -c '^\[       OK \]' "$log")
    tests=$((tests + count))
done
echo "unit: $tests tests in $passed binaries"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
