/* preset.c - text as a value: a field's preset, or what stands right of = in --set.
 *
 * Quantities, names and texts stay text, because their readers read text. JSON stands for
 * what has structure; "null" takes a field back to its preset. */
#include "schema/json.h"
#include "schema/load.h"

#include "base/arena.h"
#include "base/units.h"

#include <math.h>
#include <string.h>

static bool is_plain_text(const struct field *f)
{
    return f && (f->type == FIELD_TEXT || f->type == FIELD_NAME || f->type == FIELD_CHOICE ||
                 f->type == FIELD_REFERENCE);
}

/* Fields whose reader wants a value of JSON's own types. */
static bool wants_typed(const struct field *f)
{
    return !f || f->type == FIELD_BOOL || f->type == FIELD_ANY || f->type == FIELD_HOOK ||
           ((f->type == FIELD_LIST || f->type == FIELD_MAP) && f->of == FIELD_BOOL);
}

static struct value *typed_from_text(struct arena *a, const char *text, struct place at)
{
    double number;
    if (!strcmp(text, "true")) return value_bool(a, at, true);
    if (!strcmp(text, "false")) return value_bool(a, at, false);
    if (text_read_double(text, strlen(text), &number))
        return value_number(a, at, number, number == floor(number));
    return value_text(a, at, text);
}

struct value *value_from_text(struct arena *a, const struct field *f, const char *text,
                              struct place at, struct diag *d)
{
    if (is_plain_text(f)) return value_text(a, at, text);
    if (!strcmp(text, "null")) return value_nil(a, at);
    if (*text == '{' || *text == '[' || *text == '"')
        return json_read(a, text, strlen(text), at, d);
    if (wants_typed(f)) return typed_from_text(a, text, at);
    return value_text(a, at, text);
}
