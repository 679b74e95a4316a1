# orrery: `make help` lists the targets. `make` leaves the binary at ./orrery.
ifeq ($(origin CC),default)
CC      := gcc
endif
OPT     ?= -O2
MODE    ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
say      = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2))

# As many jobs as cores, unless said otherwise.
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
ifeq ($(filter -j% j,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif

# Every build keeps to itself, so gcc and clang, -O0 and -O3, sanitizers live side by side.
BUILD   := build/$(notdir $(CC))$(OPT)-$(MODE)
WARN    := -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wstrict-prototypes \
           -Wmissing-prototypes -Werror
# clang's LTO needs lld; without it a clang build is still right, only slower.
LLD     := $(shell command -v ld.lld)
CLANG_LTO := $(if $(LLD),-flto=thin -fuse-ld=lld)
LTO     := $(if $(filter release,$(MODE)),$(if $(findstring clang,$(CC)),$(CLANG_LTO),-flto=auto))
AR      := $(if $(findstring clang,$(CC)),llvm-ar,gcc-ar)
AR      := $(shell command -v $(AR) || ls /usr/bin/llvm-ar-* 2>/dev/null | tail -n 1 || echo ar)
SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_tsan := -fsanitize=thread
SAN_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN     := $(SAN_$(MODE))
LUA_INC := $(firstword $(wildcard /usr/include/lua5.4 /usr/local/include/lua5.4 /usr/local/include))
# -ffp-contract=off: a fused multiply-add would change results from machine to machine.
CFLAGS  += -std=c17 -g $(OPT) -ffp-contract=off -fno-tree-slp-vectorize -D_GNU_SOURCE $(WARN) $(LTO) $(SAN) \
           $(if $(findstring clang,$(CC)),-Wno-unused-command-line-argument) \
           -Iinclude -Isim -I$(LUA_INC) -DORRERY_SHARE='"$(PREFIX)/share/orrery"'
LDFLAGS += $(LTO) $(OPT) $(SAN)
LDLIBS  := -llua5.4 -lsqlite3 -lcjson -lpthread -lm

LIB_SRC := $(filter-out sim/cli/main.c,$(sort $(wildcard sim/*/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIB     := $(BUILD)/liborrery.a
TEST_SRC := $(sort $(wildcard tests/*/test_*.c))
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
TESTS   := $(TEST_SRC:%.c=$(BUILD)/%)
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

all: orrery

# Phony: the link may be of another build, however new it is.
.PHONY: orrery
orrery: $(BUILD)/orrery
	$(Q)ln -sf $< $@

$(BUILD)/orrery: $(BUILD)/sim/cli/main.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c | packages
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(TESTS): $(BUILD)/%: $(BUILD)/%.o $(SUPPORT_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka -lmpfr -lgmp

-include $(wildcard sim/*/embed.mk) $(wildcard tests/*/*.mk)
-include $(wildcard $(BUILD)/sim/*/*.d $(BUILD)/tests/*/*.d)
.SECONDARY:
.DELETE_ON_ERROR:

## What is needed -----------------------------------------------------------------------------

# header : package : what it is for
NEEDED := lua5.4/lua.h:liblua5.4-dev sqlite3.h:libsqlite3-dev cjson/cJSON.h:libcjson-dev
NEEDED_TESTS := cmocka.h:libcmocka-dev mpfr.h:libmpfr-dev
PROGRAMS := gnuplot:gnuplot-nox
APT := $(if $(filter 0,$(shell id -u)),,sudo )apt-get

# A missing library is named as its package, not as a header that was not found.
.PHONY: packages
packages:
	$(Q)missing=; for pair in $(NEEDED); do \
	  echo "#include <$${pair%%:*}>" | $(CC) -E -x c - >/dev/null 2>&1 || \
	    missing="$$missing $${pair##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  echo "orrery needs these packages:$$missing"; \
	  echo "install them with: make deps   (or: $(APT) install$$missing)"; exit 1; fi

.PHONY: deps
deps: ## install what is missing (Debian packages; sudo if not root)
	$(Q)missing=; for pair in $(NEEDED) $(NEEDED_TESTS); do \
	  echo "#include <$${pair%%:*}>" | cc -E -x c - >/dev/null 2>&1 || \
	    missing="$$missing $${pair##*:}"; done; \
	for pair in $(PROGRAMS); do \
	  command -v "$${pair%%:*}" >/dev/null 2>&1 || missing="$$missing $${pair##*:}"; done; \
	command -v cc >/dev/null 2>&1 || missing="build-essential $$missing"; \
	if [ -n "$$missing" ]; then echo "installing:$$missing"; \
	  $(APT) update -qq && DEBIAN_FRONTEND=noninteractive $(APT) install -y -qq $$missing >/dev/null; fi

## The two commands of README -----------------------------------------------------------------

.PHONY: demo check
demo: deps ## install what is missing, build, run the main scenario, say what it shows
	$(Q)$(MAKE) --no-print-directory orrery
	$(Q)sh scenarios/boutique/demo.sh ./orrery

# Tests are linked without LTO: eighty links of it would take longer than all tests.
PLAIN := $(MAKE) --no-print-directory MODE=plain OPT=-O1
check: deps ## all tests: lint, unit, theory's slice, goldens, bad input, CLI, digests, fuzz slice
	$(Q)$(MAKE) --no-print-directory orrery
	$(Q)$(MAKE) --no-print-directory lint
	$(Q)$(PLAIN) unit
	$(Q)$(MAKE) --no-print-directory shell-tests
	$(Q)$(MAKE) --no-print-directory theory-slice
	$(Q)$(MAKE) --no-print-directory results-slice
	$(Q)$(MAKE) --no-print-directory digests
	$(Q)$(MAKE) --no-print-directory fuzz-slice
	@echo "check: all passed"

.PHONY: unit
unit: $(TESTS) ## the unit tests of this build
	$(Q)sh tests/run_unit.sh $(TESTS)

.PHONY: shell-tests
shell-tests: orrery ## what a user types: every tests/*/test_*.sh
	$(Q)for test in tests/*/test_*.sh; do echo "$$test"; sh $$test ./orrery || exit 1; done

.PHONY: lint
lint: ## rooms look down, headers compile alone, nothing forbidden
	$(Q)sh tests/lint/lint.sh $(CC)

## Longer suites ------------------------------------------------------------------------------

.PHONY: asan ubsan tsan
asan ubsan: ## the unit tests under the address and undefined-behaviour sanitizers
	$(Q)$(MAKE) --no-print-directory MODE=asan OPT=-O1 unit
tsan: ## the tests with threads under the thread sanitizer
	$(Q)$(MAKE) --no-print-directory MODE=tsan OPT=-O1 BUILD=build/tsan build/tsan/orrery \
	  build/tsan/tests/experiment/test_run build/tsan/tests/experiment/test_team \
	  build/tsan/tests/embed/test_embed
	$(Q)build/tsan/tests/experiment/test_team && build/tsan/tests/experiment/test_run && \
	  build/tsan/tests/embed/test_embed
	$(Q)build/tsan/orrery run scenarios/01_one_queue.lua --reps 4 -j 4 >/dev/null && echo "tsan: clean"

SWARM ?= 3000
.PHONY: swarm
swarm: ## random clouds with random faults, SWARM of them (3000), every check after every event
	$(Q)$(PLAIN) swarm-run
.PHONY: swarm-run
swarm-run: $(BUILD)/tests/swarm/test_swarm
	$(Q)seq 1 100 $(SWARM) | xargs -P $$(nproc) -I N sh -c \
	  '$< N $$((N + 99)) >$(BUILD)/swarm.N 2>&1 || { cat $(BUILD)/swarm.N; exit 1; }'
	@echo "swarm: $(SWARM) clouds, no finding"

# Digests must not depend on compiler, optimisation, sanitizer or queue.
.PHONY: digests digests-all
digests: orrery ## the digest of every ladder scenario, on a slice of builds
	$(Q)sh tests/golden/digest_matrix.sh slice
digests-all: orrery ## the same for gcc and clang at -O0, -O2, -O3 and under the sanitizers
	$(Q)sh tests/golden/digest_matrix.sh all

FUZZ_SECONDS ?= 60
FUZZ_CC := clang
.PHONY: fuzz fuzz-slice
fuzz: ## every fuzzer for FUZZ_SECONDS each (60), under the sanitizers
	$(Q)$(MAKE) --no-print-directory CC=$(FUZZ_CC) MODE=fuzz OPT=-O1 fuzzers
	$(Q)for f in $(FUZZERS); do mkdir -p build/corpus/$$f; echo "$$f: $(FUZZ_SECONDS) s"; \
	  build/clang-O1-fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
	    -print_final_stats=0 build/corpus/$$f tests/fuzz/corpus/$${f#fuzz_} 2>build/corpus/$$f.log || \
	    { tail -30 build/corpus/$$f.log; exit 1; }; done; echo "fuzz: no finding"
fuzz-slice:
	$(Q)if command -v $(FUZZ_CC) >/dev/null && echo 'int LLVMFuzzerTestOneInput(const char*d,long n){return 0;}' | \
	  $(FUZZ_CC) -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null; then \
	  $(MAKE) --no-print-directory fuzz FUZZ_SECONDS=2; \
	else echo "fuzz-slice: skipped (needs clang with libFuzzer)"; fi

.PHONY: fuzzers
fuzzers: $(FUZZERS:%=$(BUILD)/%)
$(FUZZERS:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/tests/fuzz/%.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined $(OPT) -o $@ $^ $(LDLIBS)

.PHONY: golden
golden: orrery ## compare with the goldens, of bad input too; UPDATE=1 writes them anew
	$(Q)for test in tests/golden/test_*.sh; do \
	  sh $$test ./orrery $(if $(filter 1,$(UPDATE)),--update) || exit 1; done

.PHONY: scorecard
scorecard: theory results bench ## run every measuring target and print one page
	$(Q)sh tests/scorecard.sh --readme

.PHONY: docs
docs: orrery ## what is generated from the field tables: lua/orrery/types.lua, .luacheckrc, docs/
	$(Q)mkdir -p lua/orrery docs
	$(Q)./orrery explain --luals > lua/orrery/types.lua
	$(Q)./orrery explain --luacheckrc > .luacheckrc
	$(Q)./orrery explain --schema > docs/scenario.schema.json
	$(Q)./orrery explain --schema orrery.run > docs/run.schema.json
	$(Q)./orrery explain --markdown > docs/reference.md
	$(Q)./orrery run scenarios/08_retry_storm.lua --set run.warmup=0s --set run.duration=6m \
	  --out build/retry_storm.db --force > /dev/null; \
	  ./orrery plot throughput build/retry_storm.db -o docs/retry_storm.png --force

## For other programs: include/orrery/orrery.h ------------------------------------------------

# One object, whose only names are those of its header: two thousand short ones (text_add, check_failed)
# would meet those of the program around it. Compiled to the end, so that program's compiler need not
# be ours, as with -flto it would.
EMBED     := $(BUILD)/embed/liborrery.a
EMBED_OBJ := $(filter-out $(BUILD)/sim/cli/%,$(LIB_OBJ)) $(BUILD)/sim/store/sql.o
EMBED_LTO := $(if $(LTO),$(LTO) $(if $(findstring clang,$(CC)),,-flinker-output=nolto-rel))
OBJCOPY   ?= objcopy

$(EMBED): $(EMBED_OBJ) include/orrery/orrery.h
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && rm -f $@
	$(Q)$(CC) -r $(OPT) $(EMBED_LTO) -o $(@D)/whole.o $(EMBED_OBJ)
	$(Q)sed -n 's/.*[ *]\(orrery_[a-z_]*\)(.*/\1/p' include/orrery/orrery.h > $(@D)/names
	$(Q)$(OBJCOPY) --keep-global-symbols=$(@D)/names $(@D)/whole.o $(@D)/orrery.o
	$(Q)$(AR) rcs $@ $(@D)/orrery.o && rm $(@D)/whole.o

$(BUILD)/embed/orrery.pc: sim/embed/orrery.pc.in include/orrery/orrery.h FORCE
	$(Q)mkdir -p $(@D) && version=$$(awk -F '"' '/define ORRERY_VERSION/ { print $$2 }' \
	  include/orrery/orrery.h) && \
	sed -e 's|@prefix@|$(PREFIX)|' -e "s|@version@|$$version|" \
	  -e 's|@libs@|$(strip $(LDLIBS) $(SAN))|' $< > $@

.PHONY: install FORCE
FORCE:
install: orrery $(EMBED) $(BUILD)/embed/orrery.pc ## to DESTDIR and PREFIX: the program, and the library
	install -D -m 755 $(BUILD)/orrery $(DESTDIR)$(PREFIX)/bin/orrery
	install -D -m 644 $(EMBED) $(DESTDIR)$(PREFIX)/lib/liborrery.a
	install -D -m 644 include/orrery/orrery.h $(DESTDIR)$(PREFIX)/include/orrery/orrery.h
	install -D -m 644 $(BUILD)/embed/orrery.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/orrery.pc
	install -d $(DESTDIR)$(PREFIX)/share/orrery/plots/html $(DESTDIR)$(PREFIX)/share/orrery/lua
	cp plots/*.gp $(DESTDIR)$(PREFIX)/share/orrery/plots/
	cp plots/html/*.css $(DESTDIR)$(PREFIX)/share/orrery/plots/html/
	cp -r lua/orrery $(DESTDIR)$(PREFIX)/share/orrery/lua/
	cp -r scenarios $(DESTDIR)$(PREFIX)/share/orrery/

.PHONY: clean help all
clean: ## remove everything built
	rm -rf build orrery

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+( [a-z-]+)*:.*## / { printf "  %-14s %s\n", $$1, $$2 }' \
	  $(filter-out %.d,$(MAKEFILE_LIST))
	@echo "  make CC=clang OPT=-O3, make V=1"
