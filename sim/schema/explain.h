/* explain.h - what the files that describe kinds share. */
#ifndef SCHEMA_EXPLAIN_H
#define SCHEMA_EXPLAIN_H

#include "schema/kinds.h"

/* "list of step", "dist (duration)", "nodepool name" */
void field_type_text(const struct field *f, struct text *out);
/* "1..10", "0%..100%"; nothing when the type's own range holds. */
void field_range_text(const struct field *f, struct text *out);
/* "required", "-" when absent unless said, else the preset. */
const char *field_preset_text(const struct field *f);
/* The doc, its choices, and whether it may stand without its name. */
void field_doc_text(const struct field *f, struct text *out);
/* "named object", "singleton", "object", "dist" */
const char *kind_form_text(const struct kind *k);

/* What a topic means: a kind (perhaps several of one name), one field of it, or a role. */
struct topic {
    const struct kind *kind;   /* the first of that name; NULL: none */
    const struct field *field; /* NULL: the whole kind */
    const char *role;          /* not NULL: the topic is a role */
};
bool topic_find(struct kind_list list, const char *topic, struct topic *t);
/* "there is no kind 'servce'; did you mean 'service'?" */
void topic_hint(struct kind_list list, const char *topic, struct text *out);

#endif
