/* load.h - what the files of the loader share.
 *
 * A loader walks a value tree against the kinds. For each field it writes the member of the spec
 * and answers what was said in canonical form: units normalised, one spelling per meaning, parts
 * always tagged, presets filled in and marked. Printing, parameters and differences read that, so
 * they never depend on what a kind's check derives. NULL means: told why not. */
#ifndef SCHEMA_LOAD_H
#define SCHEMA_LOAD_H

#include "schema/kinds.h"
#include "schema/path.h"

struct pending_reference {
    struct pending_reference *next;
    struct reference *reference;
    const char *kind, *path;
    struct place at;
};

/* Numbered from 1; those of the parts inside come before, and their numbers are `first` and up. */
struct pending_check {
    struct pending_check *next;
    const struct kind *kind;
    void *spec;
    const struct value *said;
    const char *path;
    struct place at;
    uint32_t number, first;
};

/* A text that names something, for its field's judge. */
struct pending_text {
    struct pending_text *next;
    bool (*judge)(const struct document *doc, const char *text, struct place at, const char *path,
                  struct diag *d);
    const char *text, *path;
    struct place at;
};

struct loader {
    struct kind_list list;
    struct arena *arena;
    struct diag *diag;
    struct document *doc;
    struct text path;
    uint32_t depth;
    uint32_t told; /* values that the door could not read, met so far */
    bool dry; /* reading a preset to compare with: nothing may be left pending */
    struct pending_reference *references, *references_last;
    struct pending_check *checks, *checks_last;
    struct pending_text *texts, *texts_last;
    uint32_t check_count;
};

/* What a scalar field holds, whichever the type. */
union member {
    double number;
    int64_t integer;
    uint32_t count;
    bool boolean;
    const char *text;
    const struct value *any;
    struct reference reference;
    struct part part;
    struct list list;
    struct map map;
};

__attribute__((format(printf, 4, 5))) void loader_error(struct loader *l, struct place at,
                                                        const char *hint, const char *format, ...);
/* Grows with everything that is wrong: what is sound leaves it as it was. */
uint32_t loader_flaws(const struct loader *l);
/* The value as a message shows it: 'text' (shortened), a number, "a list". */
const char *loader_shown(struct loader *l, const struct value *v);
/* "did you mean 'x'?" or NULL. */
const char *loader_nearest(struct loader *l, const char *wanted, const char *const *names,
                           uint32_t count);

/* Says what the type wants and what v is; answers NULL. */
void *loader_wrong_type(struct loader *l, enum field_type type, const struct value *v);
/* v, a text, is a DNS label; else tells so. */
bool loader_name(struct loader *l, const struct value *v);

/* Keeps text for the field's judge, if it has one. */
void loader_judge_later(struct loader *l, const struct field *f, const char *text,
                        struct place at);

/* quantity.c and scalar.c */
struct value *quantity_load(struct loader *l, const struct field *f, enum unit unit,
                            const struct value *v, void *member);
struct value *scalar_load(struct loader *l, const struct field *f, enum unit unit,
                          const struct value *v, void *member);
/* The type in which an AMOUNT of this unit is read; other types are themselves. */
enum field_type field_quantity(const struct field *f, enum unit unit);
/* In base units: the field's own range, or its type's. */
void field_range(const struct field *f, enum unit unit, double *min, double *max);
/* A quantity as a user would type it; buf >= 40. */
const char *quantity_print(enum field_type type, double v, char *buf);
/* "a duration", and "5ms" as JSON text. */
const char *field_type_article(enum field_type type);
const char *field_type_sample(enum field_type type);

/* compound.c */
struct value *field_load(struct loader *l, const struct field *f, enum unit unit,
                         const struct value *v, void *member);
/* fields.c: v may be a table of fields, a scalar (the first positional field) or NULL (nothing
 * given). Fills spec; answers a map tagged with the kind's name. */
struct value *fields_load(struct loader *l, const struct kind *k, const struct value *v,
                          struct place at, enum unit unit, void *spec);
struct value *field_preset_load(struct loader *l, const struct field *f, enum unit unit,
                                struct place at, void *member);
/* The size of a field's member. */
size_t field_size(enum field_type type);

/* preset.c: text as the field's value: a preset, or what stands right of = in --set. f NULL: any.
 * NULL after telling d. */
struct value *value_from_text(struct arena *a, const struct field *f, const char *text,
                              struct place at, struct diag *d);

/* Marks in a said tree: this is the preset, so printing leaves it out. */
static inline bool said_is_preset(const struct value *v)
{
    return v->type != VALUE_FUNCTION && v->function;
}

#endif
