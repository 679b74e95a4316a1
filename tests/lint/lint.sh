#!/bin/sh
# What a compiler does not say: rooms that look upwards, headers that do not stand alone, words that
# must not be used, files with no head. Prints file:line and exits 1 at the end. usage: lint.sh [CC]
set -u
cd "$(dirname "$0")/../.."
cc=${1:-cc}
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# A room may include itself, include/orrery/, and rooms of lower rank.
awk '
    FILENAME == "sim/ROOMS" {
        if ($1 ~ /^[0-9]+$/) { name = $2; sub(/:$/, "", name); rank[name] = $1 + 0 }
        next
    }
    FNR == 1 {
        split(FILENAME, part, "/"); room = part[2]
        if (!(room in rank)) { print FILENAME ":1: room \"" room "\" is not in sim/ROOMS"; rank[room] = 99 }
    }
    /^#include "/ {
        path = $2; gsub(/"/, "", path); split(path, part, "/"); to = part[1]
        if (to == "orrery" || to == room) next
        if (!(to in rank)) { print FILENAME ":" FNR ": includes \"" path "\", which is in no room"; next }
        if (rank[to] >= rank[room])
            print FILENAME ":" FNR ": " room " (rank " rank[room] ") includes " to " (rank " rank[to] "): rooms look down, never up or sideways"
    }
' sim/ROOMS sim/*/*.[ch] >> "$found"

# Only one room may know each library.
only() {
    grep -n "#include <$1" sim/*/*.[ch] | grep -v "$2" |
        sed "s|\$| : only $3 may include it|" >> "$found"
}
only 'lua' '^sim/script/' sim/script
only 'sqlite3.h' '^sim/store/' sim/store
only 'cJSON\|cjson' '^sim/schema/json' sim/schema/json.c

# free() belongs to base; a run never asks the clock, libc's chance or an unordered sort.
grep -nE '(^|[^_[:alnum:]>.])free\(' sim/*/*.c | grep -v '^sim/base/' |
    sed 's/$/ : free stands in base only (ask an arena)/' >> "$found"
grep -nE '(^|[^_[:alnum:]>.])(rand|srand|qsort|drand48|gettimeofday|localtime)\(' sim/*/*.c |
    grep -v '^sim/cli/' | sed 's/$/ : not reproducible/' >> "$found"
grep -nE '(TODO|FIXME|XXX|HACK)' sim/*/*.[ch] include/orrery/*.h >> "$found"

# Style that tools can see.
grep -nE '	' sim/*/*.[ch] include/orrery/*.h tests/*/*.[ch] | sed 's/$/ : a tab/' >> "$found"
grep -nE ' +$' sim/*/*.[ch] include/orrery/*.h tests/*/*.[ch] Makefile | sed 's/$/ : trailing space/' >> "$found"
awk 'length($0) > 110 { print FILENAME ":" FNR ": " length($0) " columns" }' \
    $(ls sim/*/*.[ch] include/orrery/*.h | grep -v _tables) >> "$found"
for file in sim/*/*.[ch] include/orrery/*.h; do
    head -n 1 "$file" | grep -q '^/\* ' || echo "$file:1: does not begin with what it is" >> "$found"
    lines=$(wc -l < "$file")
    case $file in *_tables.c) continue ;; esac
    [ "$lines" -le 600 ] || echo "$file:$lines: $lines lines: which noun wants to move out?" >> "$found"
done

# Every header compiles alone.
for header in include/orrery/*.h sim/*/*.h; do
    echo "#include \"${header#*/}\"" |
        "$cc" -std=c17 -D_GNU_SOURCE -Iinclude -Isim -I/usr/include/lua5.4 -fsyntax-only -x c - 2>/dev/null ||
        echo "$header:1: does not compile alone" >> "$found"
done

# No test that asserts nothing.
grep -LE 'assert_|fail_msg|check\(' tests/*/test_*.c 2>/dev/null |
    sed 's/$/:1: a test file without an assertion/' >> "$found"

cat "$found"
count=$(wc -l < "$found")
echo "lint: $count found"
[ "$count" -eq 0 ]
