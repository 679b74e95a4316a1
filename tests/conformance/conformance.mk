# conformance.mk - `build/conformance FILE.json...`: vectors through the simulation's own functions.
CONFORMANCE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/conformance/*.c)))

build/conformance: $(CONFORMANCE_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: conformance
conformance: build/conformance ## published vectors against the functions that the simulation calls
	$(Q)build/conformance $(sort $(wildcard tests/conformance/*.json))
