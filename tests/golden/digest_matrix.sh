#!/bin/sh
# The digest of every ladder scenario, the same on every build: compilers, optimisation, sanitizers,
# either queue, and twice in a row; and another for another seed. usage: digest_matrix.sh slice|all
set -eu
cd "$(dirname "$0")/../.."
which=${1:-slice}
until=150s # of virtual time, from an unwarmed start: the faults of the ladder have begun and ended

digest_of() { # BINARY SCENARIO OPTIONS...
    binary=$1 scenario=$2
    shift 2
    "$binary" run "$scenario" --set run.warmup=0s --set run.duration="$until" --json "$@" 2>/dev/null |
        sed -n 's/^  "digest": "\([0-9a-f]*\)".*/\1/p'
}

table() { # BINARY OPTIONS...
    binary=$1
    shift
    for scenario in scenarios/[0-9]*.lua; do
        echo "$scenario $(digest_of "$binary" "$scenario" "$@")"
    done
}

failed=0
mkdir -p build
table ./orrery > build/digests.reference
if grep -vqE ' [0-9a-f]{16}$' build/digests.reference; then
    echo "digests: a scenario gave none:"
    cat build/digests.reference
    exit 1
fi

same() { # NAME BINARY OPTIONS...
    name=$1
    shift
    if table "$@" | diff build/digests.reference - > build/digests.diff; then
        echo "  same: $name"
    else
        echo "  DIFFERENT: $name"
        cat build/digests.diff
        failed=1
    fi
}

build() { # CC OPT MODE
    make --no-print-directory CC="$1" OPT="$2" MODE="$3" "build/$1$2-$3/orrery" > build/digests.log 2>&1 ||
        { tail -n 20 build/digests.log; exit 1; }
    same "$1 $2 $3" "build/$1$2-$3/orrery"
}

same "again" ./orrery
same "4-ary heap" ./orrery --queue heap
if table ./orrery --seed 99991 | cmp -s build/digests.reference -; then
    echo "  another seed gives the same digests"
    failed=1
fi
build gcc -O0 plain
if command -v clang > /dev/null; then build clang -O3 plain; fi
if [ "$which" = all ]; then
    build gcc -O2 plain
    build gcc -O3 plain
    build gcc -O1 asan
    if command -v clang > /dev/null; then
        build clang -O0 plain
        build clang -O2 plain
        build clang -O1 asan
    fi
fi
if [ "$failed" -eq 0 ]; then echo "digests: $(wc -l < build/digests.reference) scenarios agree"; fi
exit "$failed"
