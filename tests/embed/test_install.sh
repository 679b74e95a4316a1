#!/bin/sh
# orrery inside another program, as its user gets it: installed into a scratch folder, built there by
# the flags that README and pkg-config give, and run. usage: test_install.sh [ORRERY]
set -eu
orrery=$(realpath "${1:-./orrery}")
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0

fail() { echo "not ok: $*"; exit 1; }
ok() { passed=$((passed + 1)); }
# is CODE NAME COMMAND...: the exit code; streams go to out and err
is() {
    code=$1 name=$2
    shift 2
    set +e
    "$@" > out 2> err
    got=$?
    set -e
    [ "$got" -eq "$code" ] || { cat out err; fail "$name: exit $got, not $code"; }
    ok
}
has() { grep -qF -- "$2" "$1" || { cat "$1"; fail "$name: $1 lacks '$2'"; }; }

cd "$folder"
"${MAKE:-make}" -C "$root" --no-print-directory install DESTDIR="$folder" PREFIX=/usr/local \
    > install.log 2>&1 || { cat install.log; fail "make install"; }
prefix=$folder/usr/local
[ -x "$prefix/bin/orrery" ] || fail "no program was installed"
[ "$(ls "$prefix/include/orrery")" = orrery.h ] || fail "orrery.h is not the only header"
ok

# Nothing but what the header declares has a name.
nm -g --defined-only "$prefix/lib/liborrery.a" | awk 'NF == 3 { print $3 }' | sort > names
sed -n 's/.*[ *]\(orrery_[a-z_]*\)(.*/\1/p' "$prefix/include/orrery/orrery.h" | sort -u > declared
diff declared names || fail "the library's names are not those of its header"
[ "$(wc -l < names)" -ge 20 ] || fail "the library has few names"
ok

cat > shop.lua <<'LUA'
-- A shop before its sale.
run { duration = "10m", warmup = "1m", seed = 7 }
service "shop" { replicas = 1, workers = 1, endpoints = { ["GET /"] = { cpu(exponential "10ms") } } }
client "users" { target = "shop GET /", rate = "250/s", timeout = "1s" }
expect.p99("users", { below = "100ms" })
expect.availability("users", { atLeast = "99.9%" })
LUA

example=$root/examples/capacity.c
strict="-Wall -Wextra -Werror -pedantic"
plain="-I$prefix/include -L$prefix/lib -lorrery -llua5.4 -lsqlite3 -lcjson -lpthread -lm"
case " ${CFLAGS-} ${MAKEFLAGS-}" in *MODE=asan*) plain="$plain -fsanitize=address,undefined" ;; esac
cc -std=c99 $strict -o capacity "$example" $plain || fail "the example does not build"
is 0 "enough" ./capacity shop.lua shop.replicas 10
    has out "shop.replicas=3  FAIL p99 users:"
    has out "4 is enough"
    [ ! -s err ] || { cat err; fail "something was printed"; }
is 1 "not enough" ./capacity shop.lua shop.replicas 2;      has out "2 is not enough"
is 2 "no such setting" ./capacity shop.lua shop.replcas 2;  has err "did you mean 'replicas'?"
is 2 "no such scenario" ./capacity none.lua shop.replicas 2; has err "none.lua: error:"

if command -v pkg-config > /dev/null; then
    export PKG_CONFIG_SYSROOT_DIR="$folder" PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
    cc $strict -o packaged "$example" $(pkg-config --cflags --libs orrery) || fail "pkg-config"
    ./capacity shop.lua shop.replicas 10 > out
    ./packaged shop.lua shop.replicas 10 | diff out - || fail "pkg-config: another answer"
    [ "orrery $(pkg-config --modversion orrery)" = "$("$orrery" --version)" ] || fail "the version"
    ok
fi

# A program with names like ours keeps them, and sees what the command line sees.
cat > names.c <<'C'
#include <orrery/orrery.h>
#include <stdio.h>
int text_add(void) { return 1; }
int diag_open(void) { return 2; }
int check_failed(void) { return 3; }
int orrery_kinds = 4, world_open = 5, experiment_run = 6;
int main(void)
{
    struct orrery_scenario *s = orrery_scenario_open("shop.lua", NULL);
    struct orrery_result *r = orrery_run(s, NULL);
    printf("%s\n", orrery_result_json(r));
    orrery_result_close(r);
    orrery_scenario_close(s);
    return text_add() + diag_open() + check_failed() + orrery_kinds + world_open + experiment_run - 21;
}
C
cc -o names_of_its_own names.c $plain || fail "names meet"
is 0 "names of its own" ./names_of_its_own
grep -v '"provenance"' out > own.json
"$orrery" run shop.lua --json | grep -v '"provenance"' | diff own.json - || fail "other results"
ok

if command -v c++ > /dev/null; then
    printf '%s\n' '#include <orrery/orrery.h>' '#include <cstdio>' 'int main()' \
        '{' '    std::puts(orrery_version());' '    orrery_result_close(orrery_run(nullptr, nullptr));' \
        '}' > version.cc
    c++ $strict -o version version.cc $plain || fail "C++"
    is 0 "C++" ./version; [ "orrery $(cat out)" = "$("$orrery" --version)" ] || fail "the version"
fi
echo "embed: $passed checks passed"
