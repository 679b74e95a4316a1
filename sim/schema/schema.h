/* schema.h - from a value tree to specs, and everything that can be said about kinds.
 *
 * A scenario's root is a VALUE_LIST of tagged maps, one per object in the order said:
 * `service "cart" { replicas = 3 }` is a map tagged "service" with items name = "cart",
 * replicas = 3. A part is a tagged map, or a bare scalar where the role has a scalar kind, or a
 * bare text naming a kind of the role ("fifo"). Every door (Lua, JSON, YAML) makes this. */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "base/text.h"
#include "orrery/kind.h"
#include "orrery/value.h"

/* NULL when d has gained errors, or when root->boolean says that its door could not read it all:
 * then what could be read is judged, but for what the names in it refer to. The document and its
 * specs live in `a`. */
struct document *document_load(struct arena *a, const struct value *root, const char *file,
                               const char *title, struct diag *d);

/* Applies "service.cart.replicas=5", "cart.replicas=5" (when only one object is called cart) or
 * "run.duration=10m" to the tree, before loading. VALUE is a scalar or a JSON value. */
void schema_set(struct arena *a, struct value *root, const char *assignment, struct diag *d);

/* JSON door: {"orrery": 1, "title": "...", "objects": [ {"kind": "service", "name": "cart"} ]}; a
 * part is an object with "kind"; "#": [...] are its positional arguments. Rejects duplicate keys,
 * depth, bad UTF-8, NaN; places carry lines. The title, if any, becomes the root's `text`. */
struct value *json_read_scenario(struct arena *a, const char *text, size_t length, const char *file,
                                 struct diag *d);

/* Canonical forms: every object in order, only what differs from the preset, units normalised. */
void schema_print_lua(const struct document *doc, struct text *out);
void schema_print_json(const struct document *doc, struct text *out);
/* Every parameter, defaults too, as path and text: what results store. */
void schema_parameters(const struct document *doc,
                       void (*each)(void *context, const char *path, const char *text),
                       void *context);
/* Lines "service.cart.replicas: 3 -> 5", "+ hpa.cart", "- ..."; returns how many. */
uint32_t schema_difference(const struct document *a, const struct document *b, struct text *out);

/* explain: topic NULL lists all kinds by room; "service", "service.replicas". False: no such
 * topic, with a hint in out. */
bool explain_text(const char *topic, struct text *out);
bool explain_markdown(const char *topic, struct text *out);
void explain_json_schema(struct text *out);   /* of the JSON door's documents, draft 2020-12 */
void explain_luals(struct text *out);         /* lua/orrery/types.lua */
void explain_luacheckrc(struct text *out);

/* Tells d what is wrong with the kinds themselves (a preset that does not load, a role that no
 * kind has, a missing doc): a test runs it over the program's list. */
void schema_check_kinds(struct diag *d);

#endif
