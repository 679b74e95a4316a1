# The SQL is read by people and by sqlite3 as it stands, and goes into the library as C strings.
SQL_SRC := sim/store/schema.sql sim/store/views.sql

$(BUILD)/sim/store/sql.c: $(SQL_SRC) sim/store/embed.mk
	$(Q)mkdir -p $(@D) && { printf '#include "store/sql.h"\n'; for f in schema views; do \
	  printf 'const char store_%s_sql[] =\n' $$f; \
	  sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' sim/store/$$f.sql; \
	  printf '    ;\n'; done; } > $@.part && mv $@.part $@

$(BUILD)/sim/store/sql.o: $(BUILD)/sim/store/sql.c
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(BUILD)/sim/store/sql.o
