/* said.h - what a document was given, canonical, ready to be shown.
 *
 * The loader keeps for each object a full tree: every field that has a value, presets marked,
 * parts tagged, units normalised (load.h). From it come the printed forms, the parameters and the
 * difference; two documents mean the same exactly when their trees are equal. */
#ifndef SCHEMA_SAID_H
#define SCHEMA_SAID_H

#include "schema/kinds.h"

enum door { DOOR_LUA, DOOR_JSON };

/* The shortest thing a user could write for this: presets left out, scalar kinds as scalars, kinds
 * without fields as their name, and, for Lua, leading fields by position. Lives in `a`. */
struct value *said_shown(struct kind_list list, struct arena *a, const struct field *f,
                         const struct value *said, enum door door);
/* The same for a whole object: a map tagged with its kind. */
struct value *object_shown(struct kind_list list, struct arena *a, const struct kind *k,
                           const struct value *said, enum door door);
/* A field's value for a person: 5ms, "text", lognormal { p50 = "12s" }. */
void said_text(struct kind_list list, const struct field *f, const struct value *said,
               struct text *out);

/* A word that Lua reads as a name, so { word = 1 } can be written. */
bool is_lua_word(const char *key);

/* Lines are broken, and nested tables indented by two, when they pass this column. */
#define PRINT_COLUMN_MAX 100

/* print.c: any tree as Lua or JSON; `column` is where the first line begins. */
void value_print_lua(const struct value *v, uint32_t column, struct text *out);
void value_print_json(const struct value *v, uint32_t column, struct text *out);
void value_print_flat(const struct value *v, enum door door, struct text *out);

#endif
