# results: published figures, run as whole scenarios by the program that runs the theory (tests/theory).
RESULTS_RUN     := $(BUILD)/tests/theory/theory
RESULTS_OPTIONS := --suite results --table tests/results/reference.json --scenarios tests/results \
                   --rendered build/results-cases --scorecard build/scorecard/results.json

.PHONY: results results-slice
results: $(RESULTS_RUN) ## published figures of retries, storms, balancers and tails (some minutes)
	$(Q)mkdir -p build/scorecard
	$(Q)$(RESULTS_RUN) $(RESULTS_OPTIONS)
results-slice: $(RESULTS_RUN) ## one case of nearly every figure, with wider tolerances, some seconds
	$(Q)mkdir -p build
	$(Q)$(RESULTS_RUN) $(RESULTS_OPTIONS) --slice 2>/dev/null
