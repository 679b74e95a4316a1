# bench: the engine and the call path against hand-written loops. Not part of `make check`: a slow
# machine is not a mistake. bench-instructions counts what does not depend on the machine's load; its
# table is committed, so that a slowdown is a diff.
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
BENCH_SRC := $(filter-out tests/bench/test_%.c,$(BENCH_SRC))
BENCH     := $(BUILD)/tests/bench/bench

$(BENCH): $(BENCH_SRC:%.c=$(BUILD)/%.o) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench bench-instructions
bench: $(BENCH) ## speed of the engine and the call path, nine interleaved rounds (two minutes)
	$(Q)mkdir -p build/scorecard
	$(Q)$(BENCH) 9 build/scorecard/bench.json
bench-instructions: $(BENCH) ## instructions per unit by callgrind, into tests/bench/results
	$(Q)sh tests/bench/instructions.sh $(BENCH) > build/instructions && \
	  mv build/instructions tests/bench/results && cat tests/bench/results
