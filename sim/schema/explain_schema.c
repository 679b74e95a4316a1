/* explain_schema.c - a JSON Schema (draft 2020-12) of scenario documents.
 *
 * Made from the field tables: an object is judged by its kind, a part by its role and by the unit
 * that the field around it passes down, so "5" for a duration is refused here too. Definitions
 * are found while they are written: a worklist of (role, unit) grows until all are there. What a
 * schema cannot say (references that exist, a range in "5ms") the loader says; the positional form
 * "#" is left out on purpose, because an editor should suggest names. */
#include "schema/explain.h"
#include "schema/load.h"

#include "base/units.h"

#include <string.h>

/* Role and unit pairs in use, at most. */
#define PAIRS_MAX 512

struct pair {
    const char *role;
    enum unit unit;
};

struct writer {
    struct kind_list list;
    struct text *out;
    struct pair pairs[PAIRS_MAX];
    uint32_t pair_count;
};

#define NUMBER_PATTERN "([0-9]+(\\\\.[0-9]*)?|\\\\.[0-9]+)([eE][+-]?[0-9]+)?"

/* What the unit readers accept (base/units.c). */
static const char definitions[] =
    "    \"duration\": {\"anyOf\": [{\"type\": \"string\", \"pattern\": \"^[+-]?(0|(" NUMBER_PATTERN
    "(d|h|min|ms|m|s|us|\\u00b5s|\\u03bcs|ns))+)$\"}, {\"const\": 0}]},\n"
    "    \"rate\": {\"anyOf\": [{\"type\": \"string\", \"pattern\": \"^[+-]?(0|" NUMBER_PATTERN
    "[kMG]?/(d|h|min|ms|m|s|us|\\u00b5s|\\u03bcs|ns))$\"}, {\"const\": 0}]},\n"
    "    \"count\": {\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0}, {\"type\": \"string\", "
    "\"pattern\": \"^[+]?" NUMBER_PATTERN "[kMG]?$\"}]},\n"
    "    \"number\": {\"anyOf\": [{\"type\": \"number\"}, {\"type\": \"string\", \"pattern\": "
    "\"^[+-]?" NUMBER_PATTERN "[kMG]?$\"}]},\n"
    "    \"bytes\": {\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\", \"pattern\": "
    "\"^[+-]?" NUMBER_PATTERN "(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?$\"}]},\n"
    "    \"cpu\": {\"anyOf\": [{\"type\": \"number\"}, {\"type\": \"string\", \"pattern\": "
    "\"^[+-]?" NUMBER_PATTERN "[numk]?$\"}]},\n"
    "    \"ratio\": {\"anyOf\": [{\"type\": \"number\"}, {\"type\": \"string\", \"pattern\": "
    "\"^[+-]?" NUMBER_PATTERN "%?$\"}]},\n"
    "    \"name\": {\"type\": \"string\", \"pattern\": \"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$\"}";

static const char *const unit_suffix[] = { "", "-duration", "-bytes", "-rate", "-ratio" };

static void pair_want(struct writer *w, const char *role, enum unit unit)
{
    for (uint32_t i = 0; i < w->pair_count; i++)
        if (!strcmp(w->pairs[i].role, role) && w->pairs[i].unit == unit) return;
    if (w->pair_count < PAIRS_MAX) w->pairs[w->pair_count++] = (struct pair){ role, unit };
}

/* ------------------------------------------------------------------------- fields */

static void quantity_schema(struct writer *w, const struct field *f, enum unit unit)
{
    static const char *const names[] = {
        [FIELD_DURATION] = "duration", [FIELD_RATE] = "rate",    [FIELD_COUNT] = "count",
        [FIELD_NUMBER] = "number",     [FIELD_BYTES] = "bytes",  [FIELD_CPU] = "cpu",
        [FIELD_RATIO] = "ratio",       [FIELD_MONEY] = "number",
    };
    enum field_type type = field_quantity(f, unit);
    bool unlimited = type == FIELD_COUNT && f->max == (double)COUNT_UNLIMITED;
    double min, max;
    char low[64], high[64];
    field_range(f, unit, &min, &max);
    if (unlimited) text_add(w->out, "\"anyOf\": [{\"const\": \"unlimited\"}, {");
    text_format(w->out, "\"$ref\": \"#/$defs/%s\"", names[type]);
    if (type != FIELD_DURATION && type != FIELD_RATE) /* bounds bind bare numbers only */
        text_format(w->out, ", \"minimum\": %s, \"maximum\": %s", units_print_number(min, low),
                    units_print_number(max, high));
    if (unlimited) text_add(w->out, "}]");
}

static void choice_schema(struct writer *w, const struct field *f)
{
    text_add(w->out, "\"enum\": [");
    for (const char *const *c = f->choices; *c; c++) {
        if (c != f->choices) text_add(w->out, ", ");
        text_add_json(w->out, *c);
    }
    text_add(w->out, "]");
}

static void scalar_schema(struct writer *w, const struct field *f, enum unit unit)
{
    if (f->type == FIELD_BOOL)
        text_add(w->out, "\"type\": \"boolean\"");
    else if (f->type == FIELD_CHOICE)
        choice_schema(w, f);
    else if (f->type == FIELD_NAME)
        text_add(w->out, "\"$ref\": \"#/$defs/name\"");
    else if (f->type == FIELD_TEXT || f->type == FIELD_REFERENCE)
        text_add(w->out, "\"type\": \"string\"");
    else if (f->type == FIELD_HOOK)
        text_add(w->out, "\"not\": {}");
    else if (f->type != FIELD_ANY)
        quantity_schema(w, f, unit);
}

/* The keywords of a field's schema, without its braces. */
static void item_schema(struct writer *w, const struct field *f, enum unit unit)
{
    if (f->type == FIELD_PART) {
        pair_want(w, f->role, unit);
        text_format(w->out, "\"$ref\": \"#/$defs/part-%s%s\"", f->role, unit_suffix[unit]);
    } else {
        scalar_schema(w, f, unit);
    }
}

static void list_schema(struct writer *w, const struct field *item, enum unit unit)
{
    text_add(w->out, "\"anyOf\": [{\"type\": \"array\", \"items\": {");
    item_schema(w, item, unit);
    text_add(w->out, "}}, {");
    item_schema(w, item, unit);
    text_add(w->out, "}]");
}

static void field_schema(struct writer *w, const struct field *f, enum unit outer)
{
    enum unit unit = f->unit ? f->unit : outer;
    struct field item = field_item(f);
    if (f->type == FIELD_LIST) {
        list_schema(w, &item, unit);
    } else if (f->type == FIELD_MAP && f->of == FIELD_LIST) {
        struct field part = field_item(&item);
        text_add(w->out, "\"type\": \"object\", \"additionalProperties\": {");
        list_schema(w, &part, unit);
        text_add(w->out, "}");
    } else if (f->type == FIELD_MAP) {
        text_add(w->out, "\"type\": \"object\", \"additionalProperties\": {");
        item_schema(w, &item, unit);
        text_add(w->out, "}");
    } else {
        item_schema(w, f, unit);
    }
}

/* ------------------------------------------------------------------------- kinds */

static void field_member(struct writer *w, const struct field *f, enum unit unit)
{
    struct text doc = { 0 };
    text_format(w->out, ",\n        \"%s\": {", f->name);
    size_t begin = w->out->length;
    field_schema(w, f, unit);
    field_doc_text(f, &doc);
    text_format(w->out, "%s\"description\": ", w->out->length > begin ? ", " : "");
    text_add_json(w->out, text_data(&doc));
    if (f->preset && *f->preset) {
        text_add(w->out, ", \"default\": ");
        text_add_json(w->out, f->preset);
    }
    text_add(w->out, "}");
    text_close(&doc);
}

static void kind_names(struct writer *w, const struct kind *k)
{
    text_add_json(w->out, k->name);
    if (!k->alias) return;
    text_add(w->out, ", ");
    text_add_json(w->out, k->alias);
}

/* tagged: "kind" must be said. */
static void kind_schema(struct writer *w, const struct kind *k, enum unit unit, bool tagged)
{
    bool named = k->form == KIND_NAMED, any = false;
    text_add(w->out, "{\n      \"type\": \"object\", \"additionalProperties\": false,\n"
                     "      \"description\": ");
    text_add_json(w->out, k->doc);
    text_add(w->out, ",\n      \"required\": [");
    if (tagged) text_add(w->out, "\"kind\""), any = true;
    if (named) text_add(w->out, any ? ", \"name\"" : "\"name\""), any = true;
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++) {
        if (f->preset) continue;
        text_format(w->out, "%s\"%s\"", any ? ", " : "", f->name);
        any = true;
    }
    text_add(w->out, "],\n      \"properties\": {\n        \"kind\": {\"enum\": [");
    kind_names(w, k);
    text_add(w->out, "]}");
    if (named && !kind_field(k, "name"))
        text_add(w->out, ",\n        \"name\": {\"$ref\": \"#/$defs/name\"}");
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++)
        field_member(w, f, unit);
    text_add(w->out, "\n      }\n    }");
}

static bool has_required(const struct kind *k)
{
    for (const struct field *f = k->fields; f && f->type != FIELD_NONE; f++)
        if (!f->preset) return true;
    return false;
}

/* Some PART field is called after k: there its table need not say its kind. */
static bool is_fields_own(struct kind_list list, const struct kind *k)
{
    for (uint32_t i = 0; i < list.count; i++)
        for (const struct field *f = list.kinds[i]->fields; f && f->type != FIELD_NONE; f++)
            if (f->type == FIELD_PART && kind_list_untagged(list, f) == k) return true;
    return false;
}

/* A part: a table with its kind, the bare name of a kind that needs nothing, or a scalar. */
static void part_schema(struct writer *w, const char *role, enum unit unit)
{
    const struct kind *only = kind_list_only(w->list, role);
    const struct kind *scalar = kind_list_scalar(w->list, role);
    const struct field *first = scalar ? kind_positional(scalar, 1) : NULL;
    text_format(w->out, ",\n    \"part-%s%s\": {\"anyOf\": [", role, unit_suffix[unit]);
    bool any = false;
    for (uint32_t i = 0; i < w->list.count; i++) {
        const struct kind *k = w->list.kinds[i];
        if (strcmp(k->role, role)) continue;
        text_add(w->out, any ? ",\n    " : "\n    ");
        kind_schema(w, k, unit, k != only && !is_fields_own(w->list, k));
        any = true;
        if (has_required(k)) continue;
        text_add(w->out, ",\n    {\"enum\": [");
        kind_names(w, k);
        text_add(w->out, "]}");
    }
    if (first) {
        text_add(w->out, ",\n    {");
        field_schema(w, first, unit);
        text_add(w->out, "}");
    }
    text_add(w->out, "\n    ]}");
}

static void object_schemas(struct writer *w)
{
    bool any = false;
    text_add(w->out, ",\n    \"object\": {\n      \"type\": \"object\", \"required\": [\"kind\"],\n"
                     "      \"properties\": {\"kind\": {\"enum\": [");
    for (uint32_t i = 0; i < w->list.count; i++) {
        if (!kind_is_object(w->list.kinds[i])) continue;
        if (any) text_add(w->out, ", ");
        kind_names(w, w->list.kinds[i]);
        any = true;
    }
    text_add(w->out, "]}},\n      \"allOf\": [");
    any = false;
    for (uint32_t i = 0; i < w->list.count; i++) {
        const struct kind *k = w->list.kinds[i];
        if (!kind_is_object(k)) continue;
        text_format(w->out, "%s\n        {\"if\": {\"properties\": {\"kind\": {\"enum\": [",
                    any ? "," : "");
        kind_names(w, k);
        text_format(w->out, "]}}}, \"then\": {\"$ref\": \"#/$defs/object-%s\"}}", k->name);
        any = true;
    }
    text_add(w->out, "\n      ]\n    }");
    for (uint32_t i = 0; i < w->list.count; i++) {
        if (!kind_is_object(w->list.kinds[i])) continue;
        text_format(w->out, ",\n    \"object-%s\": ", w->list.kinds[i]->name);
        kind_schema(w, w->list.kinds[i], UNIT_NUMBER, true);
    }
}

void explain_json_schema_kinds(struct kind_list list, struct text *out)
{
    struct writer w = { .list = list, .out = out };
    text_add(out,
             "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
             "  \"title\": \"orrery scenario\",\n"
             "  \"type\": \"object\", \"additionalProperties\": false,\n"
             "  \"required\": [\"orrery\", \"objects\"],\n"
             "  \"properties\": {\n"
             "    \"$schema\": {\"type\": \"string\"},\n"
             "    \"orrery\": {\"const\": 1},\n"
             "    \"title\": {\"type\": \"string\"},\n"
             "    \"objects\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/object\"}}\n"
             "  },\n  \"$defs\": {\n");
    text_add(out, definitions);
    object_schemas(&w);
    for (uint32_t i = 0; i < w.pair_count; i++) /* grows while it is walked */
        part_schema(&w, w.pairs[i].role, w.pairs[i].unit);
    text_add(out, "\n  }\n}\n");
}
