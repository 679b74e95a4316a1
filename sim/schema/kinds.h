/* kinds.h - questions asked of a list of kinds; the schema room's own view of kind.h.
 *
 * Everything in the room takes the list as an argument, so that tests bring their own kinds;
 * all_kinds.c alone knows orrery_kinds. A name may stand for several kinds when their roles
 * differ: the place where it stands decides. */
#ifndef SCHEMA_KINDS_H
#define SCHEMA_KINDS_H

#include "base/map.h"
#include "base/text.h"
#include "orrery/kind.h"
#include "orrery/value.h"

/* More fields than this is a kind that wants parts. */
#define KIND_FIELDS_MAX 64

struct kind_list {
    const struct kind *const *kinds;
    uint32_t count;
};

const struct kind *kind_list_find(struct kind_list list, const char *name);
/* A kind that can stand at the top level. */
const struct kind *kind_list_object(struct kind_list list, const char *name);
/* A kind of the role, by name or alias. */
const struct kind *kind_list_part(struct kind_list list, const char *role, const char *name);
/* The kind that a bare scalar means in this role; NULL when there is none. */
const struct kind *kind_list_scalar(struct kind_list list, const char *role);
/* The role's kind when it has exactly one, else NULL. */
const struct kind *kind_list_only(struct kind_list list, const char *role);
/* The kind that a table without a constructor means in a PART field: the role's only kind, or the
 * one the field is called after (retry = { attempts = 3 }); NULL when it must be said. */
const struct kind *kind_list_untagged(struct kind_list list, const struct field *f);
bool kind_is_object(const struct kind *k);
bool kind_called(const struct kind *k, const char *name); /* name or alias */

uint32_t kind_field_count(const struct kind *k);
const struct field *kind_field(const struct kind *k, const char *name);
/* The field of the position-th argument (1..): its own, or the one that takes the rest. */
const struct field *kind_positional(const struct kind *k, uint32_t position);

/* What one item of a LIST or MAP field is; a map of lists holds lists of parts. */
struct field field_item(const struct field *f);

/* "lognormal, constant, uniform": the names of a role's kinds, for hints; at most `max`. */
void kind_list_names(struct kind_list list, const char *role, uint32_t max, struct text *out);

/* What a document keeps beside its objects. */
struct document_index {
    struct kind_list list;
    struct map_text *names;    /* "service/cart" -> object index */
    const uint32_t **objects;  /* per kind of the list: object indices in order */
    uint32_t *object_counts;   /* per kind of the list */
    uint32_t *ordinals;        /* per object: where it stands among those of its kind */
    const void **defaults;     /* per kind: a silent singleton's spec, or NULL */
    const struct value **said; /* per object: what it was given, canonical (said.h) */
};

/* The index in the list of a kind with this name at the top level, or UINT32_MAX. */
uint32_t kind_list_index(struct kind_list list, const char *name);

/* Adds where the index-th object is: service.cart, run, at[2]. */
void document_path(const struct document *doc, uint32_t index, struct text *path);

/* The core of schema.h, over any list. */
struct document *document_load_kinds(struct kind_list list, struct arena *a,
                                     const struct value *root, const char *file, const char *title,
                                     struct diag *d);
void schema_set_kinds(struct kind_list list, struct arena *a, struct value *root,
                      const char *assignment, struct diag *d);
bool explain_text_kinds(struct kind_list list, const char *topic, struct text *out);
bool explain_markdown_kinds(struct kind_list list, const char *topic, struct text *out);
void explain_json_schema_kinds(struct kind_list list, struct text *out);
void explain_luals_kinds(struct kind_list list, struct text *out);
void explain_luacheckrc_kinds(struct kind_list list, struct text *out);
/* Tells d what is wrong with the kinds themselves: a bug of ours, for tests and `make lint`. */
void kind_list_check(struct kind_list list, struct diag *d);

#endif
