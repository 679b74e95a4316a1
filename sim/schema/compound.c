/* compound.c - fields that hold others: parts, lists and maps.
 *
 * A part is a tagged table, the bare name of a kind of the role, a bare scalar where the role has
 * a scalar kind, or an untagged table where the role has one kind or the field is called after
 * one. One item may stand for a list of one. Units go down: a field's own unit, else that of the
 * part around it. */
#include "schema/load.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

/* Names in a hint, at most. */
#define HINT_NAMES_MAX 12

size_t field_size(enum field_type type)
{
    switch (type) {
    case FIELD_DURATION:
    case FIELD_BYTES:
        return sizeof(int64_t);
    case FIELD_COUNT:
    case FIELD_CHOICE:
    case FIELD_HOOK:
        return sizeof(uint32_t);
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_ANY:
        return sizeof(const char *);
    case FIELD_REFERENCE:
        return sizeof(struct reference);
    case FIELD_PART:
        return sizeof(struct part);
    case FIELD_LIST:
        return sizeof(struct list);
    case FIELD_MAP:
        return sizeof(struct map);
    default:
        return sizeof(double);
    }
}

static bool is_table(const struct value *v)
{
    return v->type == VALUE_MAP || v->type == VALUE_LIST;
}

/* A table that says nothing but items: { a, b } or {}. */
static bool is_items(const struct value *v)
{
    return !v->tag && is_table(v) && v->count == 0;
}

/* ------------------------------------------------------------------------- parts */

static const char *role_names(struct loader *l, const char *role)
{
    const struct kind *only = kind_list_only(l->list, role);
    if (only && only->example) return arena_format(l->arena, "such as %s", only->example);
    struct text t = { 0 };
    text_add(&t, "one of: ");
    kind_list_names(l->list, role, HINT_NAMES_MAX, &t);
    const char *names = arena_text(l->arena, text_data(&t));
    text_close(&t);
    return names;
}

static const char *role_nearest(struct loader *l, const char *role, const char *wanted)
{
    const char **names = arena_alloc(l->arena, 2 * l->list.count * sizeof *names);
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->list.count; i++) {
        const struct kind *k = l->list.kinds[i];
        if (strcmp(k->role, role)) continue;
        names[count++] = k->name;
        if (k->alias) names[count++] = k->alias;
    }
    return loader_nearest(l, wanted, names, count);
}

/* What was written is no kind of this role: perhaps of another, perhaps a slip. */
static void *part_unknown(struct loader *l, const char *role, struct place at, const char *name)
{
    const struct kind *other = kind_list_find(l->list, name);
    const char *shown = text_shortened(l->arena, name, 40);
    const char *hint = role_nearest(l, role, name);
    if (!hint) hint = role_names(l, role);
    if (other)
        loader_error(l, at, hint, "%s is %s, but %s is wanted here", other->name,
                     with_article(l->arena, other->role), with_article(l->arena, role));
    else
        loader_error(l, at, hint, "'%s' is not %s", shown, with_article(l->arena, role));
    return NULL;
}

/* "lognorml" where a dist is wanted: a kind's name with a slip, not a bad quantity. */
static bool is_slip(struct loader *l, const char *role, const struct kind *scalar,
                    const struct value *v)
{
    const struct field *first = kind_positional(scalar, 1);
    if (v->type != VALUE_TEXT || !first || first->type == FIELD_TEXT) return false;
    bool word = (*v->text >= 'a' && *v->text <= 'z') || (*v->text >= 'A' && *v->text <= 'Z');
    return word && role_nearest(l, role, v->text);
}

/* A kind that takes a function is never meant by anything else. */
static bool could_be(const struct kind *scalar, const struct value *v)
{
    const struct field *first = kind_positional(scalar, 1);
    return !first || first->type != FIELD_HOOK || v->type == VALUE_FUNCTION;
}

static const struct kind *part_kind_of_scalar(struct loader *l, const char *role,
                                              const struct value *v)
{
    const struct kind *scalar = kind_list_scalar(l->list, role);
    if (scalar && v->type != VALUE_NIL && !is_slip(l, role, scalar, v) && could_be(scalar, v))
        return scalar;
    if (v->type == VALUE_TEXT) return part_unknown(l, role, v->at, v->text);
    loader_error(l, v->at, role_names(l, role), "must be %s, not %s", with_article(l->arena, role),
                 value_type_name(v));
    return NULL;
}

/* The kind of the part that v says; *fields is what it says of the fields (NULL: nothing). */
static const struct kind *part_kind(struct loader *l, const struct field *f, const struct value *v,
                                    const struct value **fields)
{
    const char *role = f->role;
    *fields = v;
    if (v->tag) {
        const struct kind *k = kind_list_part(l->list, role, v->tag);
        return k ? k : part_unknown(l, role, v->at, v->tag);
    }
    if (is_table(v)) {
        const struct kind *meant = kind_list_untagged(l->list, f);
        if (!meant) loader_error(l, v->at, role_names(l, role), "say which %s this table is", role);
        return meant;
    }
    if (v->type == VALUE_TEXT) {
        const struct kind *k = kind_list_part(l->list, role, v->text);
        if (k) return *fields = NULL, k;
    }
    return part_kind_of_scalar(l, role, v);
}

/* Inner parts come before outer ones: their loading ends first. `first` is the number of the first
 * check inside. */
static void part_check_later(struct loader *l, const struct part *part, const struct value *said,
                             uint32_t first)
{
    if (!part->kind->check || l->dry) return;
    struct pending_check *p = arena_alloc(l->arena, sizeof *p);
    *p = (struct pending_check){ .kind = part->kind,
                                 .spec = (void *)part->spec,
                                 .said = said,
                                 .at = part->at,
                                 .path = arena_text(l->arena, text_data(&l->path)),
                                 .number = ++l->check_count,
                                 .first = first };
    if (l->checks_last)
        l->checks_last->next = p;
    else
        l->checks = p;
    l->checks_last = p;
}

static struct value *part_load(struct loader *l, const struct field *f, enum unit unit,
                               const struct value *v, struct part *part)
{
    const struct value *fields;
    const struct kind *k = part_kind(l, f, v, &fields);
    if (!k) return NULL;
    uint32_t flaws = loader_flaws(l), first = l->check_count + 1;
    void *spec = arena_alloc(l->arena, k->spec_size);
    struct value *said = fields_load(l, k, fields, v->at, unit, spec);
    *part = (struct part){ .kind = k, .spec = spec, .at = v->at };
    if (loader_flaws(l) != flaws) return NULL;
    part_check_later(l, part, said, first);
    return said;
}

/* ------------------------------------------------------------------------- lists */

/* What a list field takes besides a list: one item alone. */
static bool stands_for_one(const struct value *v)
{
    return v->tag || (!is_table(v) && v->type != VALUE_NIL);
}

static struct value *list_load(struct loader *l, const struct field *f, enum unit unit,
                               const struct value *v, struct list *list)
{
    struct field item = field_item(f);
    bool one = stands_for_one(v);
    if (!one && !is_items(v)) return loader_wrong_type(l, FIELD_LIST, v);
    uint32_t count = one ? 1 : v->list_count;
    size_t size = field_size(item.type);
    char *items = arena_alloc(l->arena, count * size);
    struct value *said = value_list(l->arena, v->at);
    const struct value *next = one ? v : v->list_first;
    for (uint32_t i = 0; i < count; i++, next = next->next) {
        size_t length = l->path.length;
        char *member = items + said->list_count * size; /* only sound ones are kept */
        if (!one) path_index(&l->path, i + 1);
        struct value *item_said = field_load(l, &item, unit, next, member);
        if (item_said)
            value_append(said, item_said);
        else
            memset(member, 0, size);
        path_cut(&l->path, length);
    }
    *list = (struct list){ .count = said->list_count, .items = items };
    return said->list_count == count ? said : NULL;
}

/* ------------------------------------------------------------------------- maps */

/* Bottom-up merge: stable, and the depth of the stack does not hang on the input. Keys differ,
 * so the order is total. */
static const struct value **keys_sorted(struct arena *a, const struct value *map)
{
    uint32_t n = map->count;
    const struct value **from = arena_alloc(a, n * sizeof *from);
    const struct value **to = arena_alloc(a, n * sizeof *to);
    uint32_t i = 0;
    for (const struct value *v = map->first; v; v = v->next)
        from[i++] = v;
    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t begin = 0; begin < n; begin += 2 * width) {
            uint32_t middle = begin + width < n ? begin + width : n;
            uint32_t end = middle + width < n ? middle + width : n;
            uint32_t left = begin, right = middle;
            for (uint32_t k = begin; k < end; k++) {
                bool take_left = left < middle &&
                                 (right == end || strcmp(from[left]->key, from[right]->key) <= 0);
                to[k] = take_left ? from[left++] : from[right++];
            }
        }
        const struct value **swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void entry_store(struct map_entry *e, enum field_type type, const union member *m)
{
    switch (type) {
    case FIELD_DURATION:
    case FIELD_BYTES:
        e->integer = m->integer;
        break;
    case FIELD_COUNT:
    case FIELD_CHOICE:
    case FIELD_HOOK:
        e->integer = m->count;
        break;
    case FIELD_BOOL:
        e->integer = m->boolean;
        break;
    case FIELD_NAME:
    case FIELD_TEXT:
        e->text = m->text;
        break;
    case FIELD_PART:
        e->part = m->part;
        break;
    case FIELD_LIST:
        e->list = m->list;
        break;
    default:
        e->number = m->number;
    }
}

/* A reference is filled in later, so it must be loaded where it will stay. */
static struct value *entry_load(struct loader *l, const struct field *item, enum unit unit,
                                const struct value *v, struct map_entry *e)
{
    *e = (struct map_entry){ .key = arena_text(l->arena, v->key), .at = v->at };
    if (item->type == FIELD_REFERENCE) return field_load(l, item, unit, v, &e->reference);
    union member m;
    memset(&m, 0, sizeof m);
    struct value *said = field_load(l, item, unit, v, &m);
    entry_store(e, item->type, &m);
    return said;
}

/* Appends without value_set's walk: the keys of a map already differ. */
static void said_add(struct value *map, const char *key, struct value *item)
{
    item->key = key;
    if (map->last)
        map->last->next = item;
    else
        map->first = item;
    map->last = item;
    map->count++;
}

static struct value *map_load(struct loader *l, const struct field *f, enum unit unit,
                              const struct value *v, struct map *map)
{
    struct field item = field_item(f);
    if (!is_table(v)) return loader_wrong_type(l, FIELD_MAP, v);
    if (v->tag) {
        loader_error(l, v->at, NULL, "must be a plain table of names, not the kind '%s'",
                     text_shortened(l->arena, v->tag, PATH_KEY_BYTES));
        return NULL;
    }
    if (v->list_count) {
        loader_error(l, v->list_first->at, "write [\"key\"] = ...", "every item needs a key");
        return NULL;
    }
    item.judge = NULL; /* it judges the keys */
    struct map_entry *entries = arena_alloc(l->arena, v->count * sizeof *entries);
    const struct value **sorted = keys_sorted(l->arena, v);
    struct value *said = value_map(l->arena, v->at);
    bool good = true;
    for (uint32_t i = 0; i < v->count; i++) {
        size_t length = l->path.length;
        path_key(&l->path, sorted[i]->key);
        loader_judge_later(l, f, sorted[i]->key, sorted[i]->at);
        struct value *entry_said = entry_load(l, &item, unit, sorted[i], &entries[i]);
        if (entry_said) said_add(said, entries[i].key, entry_said);
        good = good && entry_said;
        path_cut(&l->path, length);
    }
    *map = (struct map){ .count = v->count, .entries = entries };
    return good ? said : NULL;
}

struct value *field_load(struct loader *l, const struct field *f, enum unit unit,
                         const struct value *v, void *member)
{
    enum unit inner = f->unit ? f->unit : unit;
    if (value_is_told(v)) {
        l->told++;
        return NULL;
    }
    switch (f->type) {
    case FIELD_PART:
        return part_load(l, f, inner, v, member);
    case FIELD_LIST:
        return list_load(l, f, inner, v, member);
    case FIELD_MAP:
        return map_load(l, f, inner, v, member);
    default:
        return scalar_load(l, f, inner, v, member);
    }
}
