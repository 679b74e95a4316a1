# theory: the table of references, run as scenarios through the whole stack. The full table takes
# both cores for tens of minutes; the slice belongs to `make check`.
THEORY_SRC := $(filter-out tests/theory/test_%.c,$(sort $(wildcard tests/theory/*.c)))
THEORY     := $(BUILD)/tests/theory/theory

$(THEORY): $(THEORY_SRC:%.c=$(BUILD)/%.o) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: theory theory-slice
theory: $(THEORY) ## queueing theory's figures, within their tolerances (tens of minutes)
	$(Q)mkdir -p build/scorecard build/theory-cases
	$(Q)$(THEORY)
theory-slice: $(THEORY) ## one case of nearly every family, with wider tolerances, under a minute
	$(Q)mkdir -p build/theory-cases
	$(Q)$(THEORY) --slice 2>/dev/null
