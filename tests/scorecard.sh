#!/bin/sh
# All scorecards on one page: build/scorecard/NAME.json, an array of {name, value, unit, goal, ok}. With
# --readme also writes README's tables between "<!-- scorecard NAME -->" and "<!-- end -->"; a card of
# more than sixty rows is told by family there, with every row that misses its goal named.
set -eu
cd "$(dirname "$0")/.."
ls build/scorecard/*.json > /dev/null 2>&1 || { echo "no scorecards yet: make theory bench"; exit 1; }

# One line a row: name, value, unit, goal, ok, with tabs between (a name may hold a bar)
rows() {
    tr -d '\n' < "$1" | sed 's/}, *{/}\n{/g' | sed -n \
        's/.*"name": *"\(.*\)", *"value": *\([^,]*\), *"unit": *"\([^"]*\)", *"goal": *"\([^"]*\)", *"ok": *\([a-z]*\).*/\1\t\2\t\3\t\4\t\5/p'
}

for card in build/scorecard/*.json; do
    echo "== $(basename "$card" .json)"
    rows "$card" | awk -F'\t' '
        { printf "%-64s %14s %-6s %-26s %s\n", $1, $2, $3, $4, $4 == "" ? "" : $5 == "true" ? "ok" : "BELOW" }
        $4 != "" { total++; if ($5 == "true") ok++ }
        END { printf "%d of %d hold\n", ok, total }'
done
[ "${1:-}" = --readme ] || exit 0

few() { # a row each
    awk -F'\t' 'BEGIN { print "| figure | measured | unit | goal | |\n|---|---|---|---|---|" }
        { v = $2 + 0 >= 1e5 ? sprintf("%.3g", $2) : sprintf("%.4g", $2)
          printf "| %s | %s | %s | %s | %s |\n", $1, v, $3, $4, $4 == "" ? "" : $5 == "true" ? "ok" : "**below**" }'
}

many() { # by family: the words before the first parameter
    awk -F'\t' '
        { family = $1; sub(/:[^:]*$/, "", family); n = split(family, word, " "); family = ""
          for (i = 1; i <= n && word[i] !~ /[=\[{]/; i++) family = family (i > 1 ? " " : "") word[i]
          if (family == "") family = word[1]
          if (!(family in total)) order[++families] = family
          total[family]++; all++
          if ($5 == "true") { ok[family]++; held++ } else missed = missed "\n| - " $1 " | " $2 " | goal " $4 " |" }
        END { print "| family | figures within tolerance | of |\n|---|---|---|"
              for (i = 1; i <= families; i++) printf "| %s | %d | %d |\n", order[i], ok[order[i]], total[order[i]]
              printf "| **all** | **%d** | **%d** |%s\n", held, all, missed }'
}

for card in build/scorecard/*.json; do
    name=$(basename "$card" .json)
    grep -q "<!-- scorecard $name -->" README.md || continue
    if [ "$(rows "$card" | wc -l)" -gt 60 ]; then rows "$card" | many; else rows "$card" | few; fi > build/scorecard/table.md
    awk -v name="$name" -v table=build/scorecard/table.md '
        $0 == "<!-- scorecard " name " -->" { print; print ""; while ((getline line < table) > 0) print line; print ""; skip = 1; next }
        $0 == "<!-- end -->" { skip = 0 }
        !skip' README.md > build/scorecard/README.part
    mv build/scorecard/README.part README.md
done
