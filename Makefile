# orrery: `make help` lists the targets.
CC      ?= gcc
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

# Every build keeps to itself, so gcc and clang, -O0 and -O3, sanitizers live side by side.
BUILD   := build/$(notdir $(CC))$(OPT)-$(MODE)
WARN    := -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
LTO     := $(if $(filter release,$(MODE)),$(if $(findstring clang,$(CC)),-flto=thin,-flto=auto))
AR      := $(if $(findstring clang,$(CC)),llvm-ar,gcc-ar)
AR      := $(shell command -v $(AR) || ls /usr/bin/llvm-ar-* 2>/dev/null | tail -n 1 || echo ar)
SAN_asan  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_tsan  := -fsanitize=thread
SAN     := $(SAN_$(MODE))
# -ffp-contract=off: a fused multiply-add would change results from machine to machine.
CFLAGS  += -std=c17 -g $(OPT) -ffp-contract=off -D_GNU_SOURCE $(WARN) $(LTO) $(SAN) -Iinclude -Isim -I/usr/include/lua5.4
LDFLAGS += $(LTO) $(OPT) $(SAN)
LDLIBS  := -llua5.4 -lsqlite3 -lcjson -lpthread -lm

LIB_SRC := $(filter-out sim/cli/main.c,$(sort $(wildcard sim/*/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIB     := $(BUILD)/liborrery.a
TEST_SRC := $(sort $(wildcard tests/*/test_*.c))
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
TESTS   := $(TEST_SRC:%.c=$(BUILD)/%)

all: orrery

orrery: $(BUILD)/orrery
	$(Q)ln -sf $< $@

$(BUILD)/orrery: $(BUILD)/sim/cli/main.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(TESTS): $(BUILD)/%: $(BUILD)/%.o $(SUPPORT_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka -lmpfr -lgmp

-include $(wildcard sim/*/embed.mk)
-include $(wildcard $(BUILD)/sim/*/*.d $(BUILD)/tests/*/*.d)
.SECONDARY:
.PHONY: all
