#!/bin/sh
# All scorecards on one page: build/scorecard/NAME.json, an array of {name, value, unit, goal, ok}.
set -eu
cd "$(dirname "$0")/.."
for card in build/scorecard/*.json; do
    [ -e "$card" ] || { echo "no scorecards yet: make theory bench"; exit 1; }
    echo "== $(basename "$card" .json)"
    tr -d '\n' < "$card" | sed 's/}, *{/}\n{/g' | sed -n \
        's/.*"name": *"\([^"]*\)", *"value": *\([^,]*\), *"unit": *"\([^"]*\)", *"goal": *"\([^"]*\)", *"ok": *\([a-z]*\).*/\1|\2|\3|\4|\5/p' |
        awk -F'|' '{ printf "%-48s %14s %-8s %-22s %s\n", $1, $2, $3, $4, $4 == "" ? "" : $5 == "true" ? "ok" : "BELOW"; total++; if ($5 == "true") ok++ }
                   END { printf "%d of %d hold\n", ok, total }'
done
