/* value.h - what the scenario said: a tree, before anyone judges it.
 *
 * Lua, JSON and YAML all produce this tree and nothing else; it names no kind. A map keeps
 * its entries in the order said when the door knows it (JSON, YAML), sorted by key when it
 * does not (Lua tables). Every node knows its place. Nodes live in an arena. */
#ifndef ORRERY_VALUE_H
#define ORRERY_VALUE_H

#include "orrery/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum value_type {
    VALUE_NIL,
    VALUE_BOOL,
    VALUE_NUMBER,
    VALUE_TEXT,
    VALUE_LIST,   /* items without keys */
    VALUE_MAP,    /* items with keys; may also carry a positional part (a Lua table has both) */
    VALUE_FUNCTION /* a script callback: an opaque reference that only its script understands */
};

/* A tree deeper than this is refused (it is data, and data must not exhaust the C stack). */
#define VALUE_DEPTH_MAX 64

struct value {
    enum value_type type;
    struct place at;
    const char *tag; /* the constructor that made it ("lognormal", "service"), or NULL */
    const char *key; /* its key in the parent map, or NULL */
    bool boolean;
    bool integer; /* the number was written without a fraction: print it as such */
    double number;
    const char *text; /* VALUE_TEXT: valid UTF-8, NUL-terminated, no inner NUL */
    uint32_t function; /* VALUE_FUNCTION */
    struct value *first, *last; /* keyed items of a map */
    struct value *list_first, *list_last; /* items of a list; positional items of a map */
    struct value *next; /* sibling */
    uint32_t count, list_count;
};

struct value *value_nil(struct arena *a, struct place at);
/* Stands where something could not be read, which has been told: nobody complains of it again. */
struct value *value_told(struct arena *a, struct place at);
struct value *value_bool(struct arena *a, struct place at, bool b);
struct value *value_number(struct arena *a, struct place at, double n, bool integer);
struct value *value_text(struct arena *a, struct place at, const char *text);
struct value *value_function(struct arena *a, struct place at, uint32_t function);
struct value *value_list(struct arena *a, struct place at);
struct value *value_map(struct arena *a, struct place at);

/* Keys are copied into the arena. Setting an existing key replaces the item in its place. */
void value_set(struct arena *a, struct value *map, const char *key, struct value *item);
void value_append(struct value *list_or_map, struct value *item);

/* NULL when absent. */
struct value *value_get(const struct value *map, const char *key);
struct value *value_at(const struct value *list, uint32_t index);
struct value *value_copy(struct arena *a, const struct value *v);
bool value_equal(const struct value *a, const struct value *b);

static inline bool value_is_told(const struct value *v)
{
    return v->type == VALUE_NIL && v->boolean;
}

/* "a number", "text", "a list"...: for messages. */
const char *value_type_name(const struct value *v);

#endif
