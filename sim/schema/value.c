/* value.c - the tree a door makes of what the scenario said.
 *
 * Children are singly linked lists with a tail, so appending is O(1); keys are looked up by
 * walking, because a table a person wrote is short. No tree is deeper than VALUE_DEPTH_MAX (the
 * doors refuse deeper input), so walking one by recursion is bounded. */
#include "orrery/value.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

static struct value *value_open(struct arena *a, struct place at, enum value_type type)
{
    struct value *v = arena_alloc(a, sizeof *v);
    v->type = type;
    v->at = at;
    return v;
}

struct value *value_nil(struct arena *a, struct place at)
{
    return value_open(a, at, VALUE_NIL);
}

struct value *value_told(struct arena *a, struct place at)
{
    struct value *v = value_nil(a, at);
    v->boolean = true;
    return v;
}

struct value *value_bool(struct arena *a, struct place at, bool b)
{
    struct value *v = value_open(a, at, VALUE_BOOL);
    v->boolean = b;
    return v;
}

struct value *value_number(struct arena *a, struct place at, double n, bool integer)
{
    struct value *v = value_open(a, at, VALUE_NUMBER);
    v->number = n;
    v->integer = integer;
    return v;
}

struct value *value_text(struct arena *a, struct place at, const char *text)
{
    struct value *v = value_open(a, at, VALUE_TEXT);
    v->text = arena_text(a, text);
    return v;
}

struct value *value_function(struct arena *a, struct place at, uint32_t function)
{
    struct value *v = value_open(a, at, VALUE_FUNCTION);
    v->function = function;
    return v;
}

struct value *value_list(struct arena *a, struct place at)
{
    return value_open(a, at, VALUE_LIST);
}

struct value *value_map(struct arena *a, struct place at)
{
    return value_open(a, at, VALUE_MAP);
}

/* Puts `item` where `old` is: the links of the siblings must not notice. */
static void keyed_replace(struct value *map, struct value *before, struct value *old,
                          struct value *item)
{
    item->next = old->next;
    if (before)
        before->next = item;
    else
        map->first = item;
    if (map->last == old) map->last = item;
}

void value_set(struct arena *a, struct value *map, const char *key, struct value *item)
{
    check(map->type == VALUE_MAP);
    struct value *before = NULL;
    for (struct value *v = map->first; v; before = v, v = v->next) {
        if (strcmp(v->key, key)) continue;
        item->key = v->key;
        keyed_replace(map, before, v, item);
        return;
    }
    item->key = arena_text(a, key);
    item->next = NULL;
    if (map->last)
        map->last->next = item;
    else
        map->first = item;
    map->last = item;
    map->count++;
}

void value_append(struct value *list_or_map, struct value *item)
{
    check(list_or_map->type == VALUE_LIST || list_or_map->type == VALUE_MAP);
    item->key = NULL;
    item->next = NULL;
    if (list_or_map->list_last)
        list_or_map->list_last->next = item;
    else
        list_or_map->list_first = item;
    list_or_map->list_last = item;
    list_or_map->list_count++;
}

struct value *value_get(const struct value *map, const char *key)
{
    for (struct value *v = map->first; v; v = v->next)
        if (!strcmp(v->key, key)) return v;
    return NULL;
}

struct value *value_at(const struct value *list, uint32_t index)
{
    struct value *v = list->list_first;
    while (v && index--)
        v = v->next;
    return v;
}

static struct value *copy_at(struct arena *a, const struct value *v, uint32_t depth)
{
    check(depth <= VALUE_DEPTH_MAX);
    struct value *copy = value_open(a, v->at, v->type);
    copy->tag = v->tag ? arena_text(a, v->tag) : NULL;
    copy->text = v->text ? arena_text(a, v->text) : NULL;
    copy->key = v->key ? arena_text(a, v->key) : NULL;
    copy->boolean = v->boolean;
    copy->integer = v->integer;
    copy->number = v->number;
    copy->function = v->function;
    copy->count = v->count;
    for (const struct value *item = v->first; item; item = item->next) {
        struct value *child = copy_at(a, item, depth + 1);
        if (copy->last)
            copy->last->next = child;
        else
            copy->first = child;
        copy->last = child;
    }
    for (const struct value *item = v->list_first; item; item = item->next)
        value_append(copy, copy_at(a, item, depth + 1));
    return copy;
}

struct value *value_copy(struct arena *a, const struct value *v)
{
    return copy_at(a, v, 0);
}

static bool text_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool equal_at(const struct value *a, const struct value *b, uint32_t depth);

/* The order of keys means nothing. Looking at the same position first makes the common case, two
 * trees from one door, linear. */
static bool keyed_equal(const struct value *a, const struct value *b, uint32_t depth)
{
    if (a->count != b->count) return false;
    const struct value *guess = b->first;
    for (const struct value *item = a->first; item; item = item->next) {
        const struct value *other =
            guess && !strcmp(guess->key, item->key) ? guess : value_get(b, item->key);
        if (!other || !equal_at(item, other, depth)) return false;
        guess = other->next;
    }
    return true;
}

static bool items_equal(const struct value *a, const struct value *b, uint32_t depth)
{
    if (a->list_count != b->list_count) return false;
    const struct value *other = b->list_first;
    for (const struct value *item = a->list_first; item; item = item->next, other = other->next)
        if (!equal_at(item, other, depth)) return false;
    return true;
}

static bool equal_at(const struct value *a, const struct value *b, uint32_t depth)
{
    check(depth <= VALUE_DEPTH_MAX);
    if (a->type != b->type || !text_same(a->tag, b->tag)) return false;
    switch (a->type) {
    case VALUE_NIL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_NUMBER:
        return a->number == b->number;
    case VALUE_TEXT:
        return !strcmp(a->text, b->text);
    case VALUE_FUNCTION:
        return a->function == b->function;
    case VALUE_LIST:
    case VALUE_MAP:
        return keyed_equal(a, b, depth + 1) && items_equal(a, b, depth + 1);
    }
    return false;
}

bool value_equal(const struct value *a, const struct value *b)
{
    return equal_at(a, b, 0);
}

const char *value_type_name(const struct value *v)
{
    static const char *const names[] = {
        [VALUE_NIL] = "nothing",         [VALUE_BOOL] = "true or false",
        [VALUE_NUMBER] = "a number",     [VALUE_TEXT] = "text",
        [VALUE_LIST] = "a list",         [VALUE_MAP] = "a table",
        [VALUE_FUNCTION] = "a function",
    };
    return names[v->type];
}
