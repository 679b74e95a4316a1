/* fields.c - a table against the fields of its kind.
 *
 * First every item said finds its field, by name or by position; what finds none is an error with
 * the nearest name. Then every field is loaded: from what was said, else from its preset, which
 * passes the same reading; else it is required. */
#include "schema/load.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

/* Names in a hint, at most: more are listed by `orrery explain`. */
#define HINT_FIELDS_MAX 10

/* Data is at most VALUE_DEPTH_MAX deep; a preset that stands in its own preset is deeper. */
#define DEPTH_MAX (2 * VALUE_DEPTH_MAX)

struct given {
    const struct value *values[KIND_FIELDS_MAX];
};

static const char *field_hint(struct loader *l, const struct kind *k, const char *wanted)
{
    const char *names[KIND_FIELDS_MAX + 1];
    uint32_t count = kind_field_count(k);
    for (uint32_t i = 0; i < count; i++)
        names[i] = k->fields[i].name;
    if (k->form == KIND_NAMED) names[count++] = "name";
    const char *near = loader_nearest(l, wanted, names, count);
    if (near) return near;
    if (!count) return "it has no fields";
    if (count > HINT_FIELDS_MAX) return arena_format(l->arena, "see: orrery explain %s", k->name);
    struct text t = { 0 };
    text_add(&t, "fields: ");
    for (uint32_t i = 0; i < count; i++)
        text_format(&t, "%s%s", i ? ", " : "", names[i]);
    const char *hint = arena_text(l->arena, text_data(&t));
    text_close(&t);
    return hint;
}

static void keyed_given(struct loader *l, const struct kind *k, const struct value *v,
                        struct given *g)
{
    for (const struct value *item = v->first; item; item = item->next) {
        const struct field *f = kind_field(k, item->key);
        if (f) {
            g->values[f - k->fields] = item;
            continue;
        }
        if (k->form == KIND_NAMED && !strcmp(item->key, "name")) continue;
        size_t length = l->path.length;
        path_key(&l->path, item->key);
        loader_error(l, item->at, field_hint(l, k, item->key), "unknown field");
        path_cut(&l->path, length);
    }
}

/* The items from `item` on, as the list that the last field takes; `{ { a, b } }` is `{ a, b }`. */
static const struct value *rest_given(struct loader *l, const struct value *item,
                                      const struct value *last, uint32_t count)
{
    bool nested = count == 1 && !item->tag && !item->count &&
                  (item->type == VALUE_LIST || item->type == VALUE_MAP);
    if (nested) return item;
    struct value *rest = value_list(l->arena, item->at);
    rest->list_first = (struct value *)item; /* only read: the items keep their list */
    rest->list_last = (struct value *)last;
    rest->list_count = count;
    return rest;
}

static void surplus(struct loader *l, const struct kind *k, const struct value *item, uint32_t most)
{
    if (most)
        loader_error(
            l, item->at, k->example ? arena_format(l->arena, "such as %s", k->example) : NULL,
            "%s takes at most %u value%s without a name", k->name, most, most == 1 ? "" : "s");
    else
        loader_error(l, item->at, field_hint(l, k, ""), "%s takes no values without a name",
                     k->name);
}

static void positional_given(struct loader *l, const struct kind *k, const struct value *v,
                             struct given *g)
{
    uint32_t position = 1;
    for (const struct value *item = v->list_first; item; item = item->next, position++) {
        const struct field *f = kind_positional(k, position);
        if (!f) return surplus(l, k, item, position - 1);
        if (g->values[f - k->fields])
            loader_error(l, item->at, NULL, "%s is given twice: by name and as value %u", f->name,
                         position);
        uint32_t left = v->list_count - position + 1;
        bool rest = f->position == FIELD_REST;
        g->values[f - k->fields] = rest ? rest_given(l, item, v->list_last, left) : item;
        if (rest) return;
    }
}

/* ------------------------------------------------------------------------- presets */

struct value *field_preset_load(struct loader *l, const struct field *f, enum unit unit,
                                struct place at, void *member)
{
    struct value *v = value_from_text(l->arena, f, f->preset, at, l->diag);
    struct value *said = v ? field_load(l, f, unit, v, member) : NULL;
    if (said && said->type != VALUE_FUNCTION) said->function = 1;
    return said;
}

/* Saying the preset is saying nothing: marked, so that printing leaves it out. */
static void preset_compare(struct loader *l, const struct field *f, enum unit unit,
                           struct value *said)
{
    union member scratch;
    bool dry = l->dry;
    memset(&scratch, 0, sizeof scratch);
    l->dry = true;
    const struct value *preset = field_preset_load(l, f, unit, said->at, &scratch);
    l->dry = dry;
    if (preset && said->type != VALUE_FUNCTION && value_equal(preset, said)) said->function = 1;
}

/* The sentence about the field, to stand in brackets. */
static const char *doc_hint(struct loader *l, const struct field *f)
{
    size_t n = f->doc ? strlen(f->doc) : 0;
    if (n && f->doc[n - 1] == '.') n--;
    return n ? arena_text_n(l->arena, f->doc, n) : NULL;
}

static const char *required_hint(struct loader *l, const struct field *f, enum unit unit)
{
    if (f->type == FIELD_REFERENCE)
        return arena_format(l->arena, "the name of %s", with_article(l->arena, f->role));
    if (f->type == FIELD_PART) {
        const struct kind *k = kind_list_only(l->list, f->role);
        if (!k) k = kind_list_scalar(l->list, f->role);
        const char *role = with_article(l->arena, f->role);
        return k && k->example ? arena_format(l->arena, "%s, such as %s", role, k->example) : role;
    }
    const char *sample = f->type == FIELD_CHOICE ? arena_format(l->arena, "\"%s\"", f->choices[0])
                                                 : field_type_sample(field_quantity(f, unit));
    if (!*sample) return doc_hint(l, f);
    return arena_format(l->arena, "such as %s = %s", f->name, sample);
}

static struct value *one_field_load(struct loader *l, const struct field *f, enum unit unit,
                                    const struct value *v, struct place at, void *member)
{
    if (v && (v->type != VALUE_NIL || value_is_told(v))) {
        struct value *said = field_load(l, f, unit, v, member);
        if (said && f->preset && *f->preset) preset_compare(l, f, unit, said);
        return said;
    }
    if (f->preset) return *f->preset ? field_preset_load(l, f, unit, at, member) : NULL;
    loader_error(l, at, required_hint(l, f, unit), "required, but not given");
    return NULL;
}

struct value *fields_load(struct loader *l, const struct kind *k, const struct value *v,
                          struct place at, enum unit unit, void *spec)
{
    struct given g = { { NULL } };
    uint32_t count = kind_field_count(k);
    check(count <= KIND_FIELDS_MAX);
    check(l->depth < DEPTH_MAX);
    l->depth++;
    const struct field *first = kind_positional(k, 1), *bare = NULL;
    if (v && (v->type == VALUE_MAP || v->type == VALUE_LIST)) {
        keyed_given(l, k, v, &g);
        positional_given(l, k, v, &g);
    } else if (v && first) {
        g.values[first - k->fields] = v;
        bare = first; /* the user wrote no name: neither does the path */
    }
    struct value *said = value_map(l->arena, at);
    said->tag = k->name;
    for (uint32_t i = 0; i < count; i++) {
        const struct field *f = &k->fields[i];
        size_t length = l->path.length;
        if (f != bare) path_key(&l->path, f->name);
        struct value *item = one_field_load(l, f, unit, g.values[i], at, (char *)spec + f->offset);
        if (item) value_set(l->arena, said, f->name, item);
        path_cut(&l->path, length);
    }
    l->depth--;
    return said;
}
