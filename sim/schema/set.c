/* set.c - --set PATH=VALUE: a change to the tree before it is loaded.
 *
 * The path walks the tree and the fields of the kinds together, so a value that was given by
 * position, as a bare scalar or not at all is found under its field's name. What the walk cannot
 * judge (ranges, units) the loader judges afterwards, as for any other input. */
#include "schema/load.h"
#include "schema/schema.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct setter {
    struct kind_list list;
    struct arena *arena;
    struct diag *diag;
    struct value *root;
    const char *assignment;
    struct place at;
    struct path_step steps[PATH_STEPS_MAX];
    uint32_t step_count, step; /* the next step to walk */
};

/* Where the walk stands: a value, and what it is to be. kind NULL inside FIELD_ANY. */
struct spot {
    struct value *value;
    const struct kind *kind;
};

__attribute__((format(printf, 3, 4))) static void *refuse(struct setter *s, const char *hint,
                                                          const char *format, ...)
{
    char message[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    diag_error(s->diag, s->at, text_shortened(s->arena, s->assignment, 100), hint, "%s", message);
    return NULL;
}

static const char *nearest(struct setter *s, const char *wanted, const char *const *names,
                           uint32_t count)
{
    const char *near = text_nearest(wanted, names, count);
    return near ? arena_format(s->arena, "did you mean '%s'?", near) : NULL;
}

/* Overwrites a node but leaves it in its list. */
static void value_become(struct value *node, const struct value *what)
{
    struct value *next = node->next;
    const char *key = node->key;
    *node = *what;
    node->next = next;
    node->key = key;
}

/* ------------------------------------------------------------------------- objects */

static bool object_named(const struct value *v, const char *name)
{
    const struct value *n = v->type == VALUE_MAP ? value_get(v, "name") : NULL;
    return n && n->type == VALUE_TEXT && !strcmp(n->text, name);
}

static bool object_is(struct setter *s, const struct value *v, const struct kind *k)
{
    return v->tag && kind_list_object(s->list, v->tag) == k;
}

static struct value *object_of_kind(struct setter *s, const struct kind *k, const char *name,
                                    uint32_t index)
{
    for (struct value *v = s->root->list_first; v; v = v->next) {
        if (!object_is(s, v, k)) continue;
        if (name && !object_named(v, name)) continue;
        if (index-- <= 1) return v;
    }
    return NULL;
}

static struct value *named_missing(struct setter *s, const struct kind *k, const char *name)
{
    const char **names = arena_alloc(s->arena, s->root->list_count * sizeof *names);
    uint32_t count = 0;
    for (struct value *v = s->root->list_first; v; v = v->next) {
        const struct value *n = object_is(s, v, k) ? value_get(v, "name") : NULL;
        if (n && n->type == VALUE_TEXT) names[count++] = n->text;
    }
    return refuse(s, nearest(s, name, names, count), "there is no %s named '%.60s'", k->name, name);
}

/* "run", "expect.p99": as many leading steps as name a kind of the top level, the longest first. */
static const struct kind *kind_steps(struct setter *s, uint32_t *used)
{
    for (uint32_t n = s->step_count < 3 ? s->step_count : 3; n > 0; n--) {
        struct text t = { 0 };
        bool words = true;
        for (uint32_t i = 0; i < n; i++) {
            words = words && s->steps[i].key;
            text_format(&t, "%s%s", i ? "." : "", s->steps[i].key ? s->steps[i].key : "");
        }
        const struct kind *k = words ? kind_list_object(s->list, text_data(&t)) : NULL;
        text_close(&t);
        *used = n;
        if (k) return k;
    }
    return NULL;
}

static struct value *object_by_kind(struct setter *s, const struct kind *k)
{
    const struct path_step *next = s->step < s->step_count ? &s->steps[s->step] : NULL;
    if (k->form == KIND_SINGLETON) {
        struct value *v = object_of_kind(s, k, NULL, 1);
        if (v) return v;
        v = value_map(s->arena, s->at);
        v->tag = k->name;
        value_append(s->root, v);
        return v;
    }
    if (!next || (k->form == KIND_REPEATED) != !next->key)
        return refuse(s,
                      k->form == KIND_REPEATED
                          ? arena_format(s->arena, "%s[1].field=...", k->name)
                          : arena_format(s->arena, "%s.NAME.field=...", k->name),
                      "say which %s", k->name);
    s->step++;
    struct value *v = object_of_kind(s, k, next->key, next->key ? 1 : next->index);
    if (v) return v;
    if (next->key) return named_missing(s, k, next->key);
    return refuse(s, NULL, "there is no %s[%u]", k->name, next->index);
}

/* "cart.replicas": the one object of that name. */
static struct value *object_by_name(struct setter *s, const char *name)
{
    struct value *found = NULL;
    struct text several = { 0 };
    uint32_t count = 0;
    for (struct value *v = s->root->list_first; v; v = v->next) {
        if (!v->tag || !object_named(v, name)) continue;
        text_format(&several, "%s%s.%s", count++ ? " or " : "write ", v->tag, name);
        found = v;
    }
    const char *hint = arena_text(s->arena, text_data(&several));
    text_close(&several);
    if (count == 1) return found;
    if (count) return refuse(s, hint, "%u objects are called '%.60s'", count, name);
    const char **names =
        arena_alloc(s->arena, (s->root->list_count + s->list.count) * sizeof *names);
    for (struct value *v = s->root->list_first; v; v = v->next) {
        const struct value *n = v->type == VALUE_MAP ? value_get(v, "name") : NULL;
        if (n && n->type == VALUE_TEXT) names[count++] = n->text;
    }
    for (uint32_t i = 0; i < s->list.count; i++)
        if (kind_is_object(s->list.kinds[i])) names[count++] = s->list.kinds[i]->name;
    return refuse(s, nearest(s, name, names, count), "there is no object or kind '%.60s'", name);
}

static struct value *object_walk(struct setter *s)
{
    uint32_t used;
    const struct kind *k = kind_steps(s, &used);
    if (k) {
        s->step = used;
        return object_by_kind(s, k);
    }
    s->step = 1;
    if (!s->steps[0].key) return refuse(s, "KIND.NAME.FIELD=VALUE", "a path begins with a name");
    return object_by_name(s, s->steps[0].key);
}

/* ------------------------------------------------------------------------- fields */

/* The kind of the part that a PART field's value is, or NULL when the loader must say. */
static const struct kind *part_kind_of(struct setter *s, const struct field *f, struct value *v)
{
    const char *role = f->role;
    const struct kind *k = v->tag ? kind_list_part(s->list, role, v->tag) : NULL;
    if (v->tag) return k;
    if (v->type == VALUE_NIL) value_become(v, value_map(s->arena, v->at));
    if (v->type == VALUE_TEXT) k = kind_list_part(s->list, role, v->text);
    if (k) {
        struct value *map = value_map(s->arena, v->at);
        map->tag = k->name;
        value_become(v, map);
        return k;
    }
    if (v->type == VALUE_MAP || v->type == VALUE_LIST) return kind_list_untagged(s->list, f);
    k = kind_list_scalar(s->list, role);
    if (!k) return NULL;
    struct value *map = value_map(s->arena, v->at);
    struct value *scalar = value_nil(s->arena, v->at);
    map->tag = k->name;
    value_become(scalar, v);
    value_append(map, scalar);
    value_become(v, map);
    return k;
}

/* What was said of a field by position; NULL when it was not. */
static struct value *positional_value(const struct value *v, const struct field *f)
{
    return f->position > 0 ? value_at(v, (uint32_t)f->position - 1) : NULL;
}

/* The items that a FIELD_REST takes become a list of its own under its name. */
static struct value *rest_value(struct setter *s, struct value *v, const struct kind *k,
                                const struct field *f)
{
    uint32_t before = 0;
    while (kind_positional(k, before + 1) && kind_positional(k, before + 1) != f)
        before++;
    if (v->list_count <= before) return NULL;
    struct value *only = v->list_count == before + 1 ? v->list_last : NULL;
    if (only && !only->tag && !only->count && (only->type == VALUE_LIST || only->type == VALUE_MAP))
        return only; /* zones { { "a", "b" } } is zones { "a", "b" } */
    struct value *rest = value_list(s->arena, v->at);
    struct value *last = before ? value_at(v, before - 1) : NULL;
    rest->list_first = last ? last->next : v->list_first;
    rest->list_last = v->list_last;
    rest->list_count = v->list_count - before;
    if (last)
        last->next = NULL;
    else
        v->list_first = NULL;
    v->list_last = last;
    v->list_count = before;
    v->type = VALUE_MAP;
    value_set(s->arena, v, f->name, rest);
    return rest;
}

/* The value of a field, made from its preset (or as an empty table) when it was not given. */
static struct value *field_value(struct setter *s, struct spot at, const struct field *f)
{
    struct value *v = value_get(at.value, f->name);
    if (!v) v = positional_value(at.value, f);
    if (!v && f->position == FIELD_REST) v = rest_value(s, at.value, at.kind, f);
    if (v && v->type != VALUE_NIL) return v;
    struct value *fresh = f->preset && *f->preset
                              ? value_from_text(s->arena, f, f->preset, s->at, s->diag)
                              : value_map(s->arena, s->at);
    if (!fresh) return NULL;
    if (v) return value_become(v, fresh), v;
    at.value->type = VALUE_MAP;
    value_set(s->arena, at.value, f->name, fresh);
    return fresh;
}

static const struct field *field_of(struct setter *s, const struct kind *k, const char *name)
{
    const struct field *f = kind_field(k, name);
    if (f) return f;
    const char *names[KIND_FIELDS_MAX];
    uint32_t count = kind_field_count(k);
    for (uint32_t i = 0; i < count; i++)
        names[i] = k->fields[i].name;
    return refuse(s, nearest(s, name, names, count), "%s has no field '%.60s'", k->name, name);
}

/* One item that stands for a list becomes a list of one. */
static void list_of_one(struct setter *s, struct value *v)
{
    if (!v->tag && (v->type == VALUE_LIST || v->type == VALUE_MAP || v->type == VALUE_NIL)) return;
    struct value *item = value_nil(s->arena, v->at);
    struct value *list = value_list(s->arena, v->at);
    value_become(item, v);
    value_append(list, item);
    value_become(v, list);
}

static struct value *item_walk(struct setter *s, struct value *v, const struct path_step *step)
{
    struct value *item = NULL;
    if (step->key && v->type == VALUE_MAP) {
        item = value_get(v, step->key);
        if (!item) {
            item = value_nil(s->arena, s->at);
            value_set(s->arena, v, step->key, item);
        }
    } else if (!step->key && (v->type == VALUE_LIST || v->type == VALUE_MAP)) {
        item = value_at(v, step->index - 1);
        if (!item && step->index == v->list_count + 1) {
            item = value_nil(s->arena, s->at);
            value_append(v, item);
        }
    }
    if (item) return item;
    if (!step->key)
        return refuse(s, NULL, "there is no item [%u]: the list has %u", step->index,
                      v->list_count);
    return refuse(s, NULL, "'%.60s' leads nowhere: there is %s", step->key, value_type_name(v));
}

/* From the value of field f down to what the remaining steps name; *last is the field there. */
static struct value *value_walk(struct setter *s, struct value *v, struct field f,
                                struct field *last)
{
    while (s->step < s->step_count) {
        const struct path_step *step = &s->steps[s->step];
        if (f.type == FIELD_LIST || f.type == FIELD_MAP) {
            if (f.type == FIELD_LIST) list_of_one(s, v);
            if (f.type == FIELD_MAP && !step->key)
                return refuse(s, "write its key in quotes, as in [\"GET /\"]",
                              "the items of %s have keys, not numbers", f.name);
            v = item_walk(s, v, step);
            f = field_item(&f);
            s->step++;
        } else if (f.type == FIELD_PART) {
            struct spot at = { v, part_kind_of(s, &f, v) };
            if (!at.kind)
                return refuse(s, arena_format(s->arena, "set the whole %s", f.role),
                              "which %s is meant is not said yet", f.role);
            const struct field *next = step->key ? field_of(s, at.kind, step->key) : NULL;
            if (!step->key)
                return refuse(s, NULL, "[%u] stands where a field's name is wanted", step->index);
            if (!next) return NULL;
            v = field_value(s, at, next);
            f = *next;
            s->step++;
        } else if (f.type == FIELD_ANY) {
            v = item_walk(s, v, step);
            s->step++;
        } else {
            return refuse(s, NULL, "%s is %s: nothing lies inside it", f.name,
                          field_type_article(f.type));
        }
        if (!v) return NULL;
    }
    *last = f;
    return v;
}

static void assign(struct setter *s, const char *text)
{
    struct value *object = object_walk(s);
    if (!object) return;
    struct spot at = { object, kind_list_object(s->list, object->tag) };
    if (!at.kind) return; /* an unknown kind: the loader says so */
    const struct path_step *step = s->step < s->step_count ? &s->steps[s->step++] : NULL;
    if (!step || !step->key) {
        refuse(s, "KIND.NAME.FIELD=VALUE", "say which field of %s", at.kind->name);
        return;
    }
    const struct field *f = field_of(s, at.kind, step->key);
    struct value *v = f ? field_value(s, at, f) : NULL;
    struct field last;
    if (v) v = value_walk(s, v, *f, &last);
    struct value *what = v ? value_from_text(s->arena, &last, text, s->at, s->diag) : NULL;
    if (what)
        value_become(v, what);
    else if (v && (*text == '{' || *text == '['))
        refuse(s, "keys and texts in quotes, as in {\"kind\": \"retry\", \"attempts\": 3}",
               "a value that begins with '%c' is read as JSON", *text);
}

/* The '=' that parts path from value: the first outside of quotes, as a key may hold one. */
static const char *equals_of(const char *assignment)
{
    bool quoted = false;
    for (const char *c = assignment; *c; c++) {
        if (*c == '=' && !quoted) return c;
        if (*c == '"') quoted = !quoted;
        if (*c == '\\' && quoted && c[1]) c++;
    }
    return NULL;
}

void schema_set_kinds(struct kind_list list, struct arena *a, struct value *root,
                      const char *assignment, struct diag *d)
{
    struct setter *s = arena_alloc(a, sizeof *s);
    *s = (struct setter){ .list = list,
                          .arena = a,
                          .diag = d,
                          .root = root,
                          .at = { "--set", 0 },
                          .assignment = assignment };
    const char *equals = equals_of(assignment);
    if (!equals) {
        refuse(s, "PATH=VALUE, such as service.cart.replicas=5", "there is no '='");
        return;
    }
    int count = path_read(a, arena_text_n(a, assignment, (size_t)(equals - assignment)), s->steps);
    if (count < 0) {
        refuse(s, "such as service.cart.endpoints[\"GET /\"][1].time=5ms", "not a path");
        return;
    }
    if (!text_is_utf8(assignment, strlen(assignment))) {
        refuse(s, NULL, "not valid UTF-8");
        return;
    }
    s->step_count = (uint32_t)count;
    assign(s, equals + 1);
}
