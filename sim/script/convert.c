/* convert.c - from Lua's values to the value tree.
 *
 * Keys come out sorted, every node has the line it was written on where the source shows it,
 * and what a tree cannot hold (a hole, a key that is no text, bytes that are no UTF-8, a tree too
 * deep) is told to the diag while reading goes on. Functions become numbers, 1.. in the order
 * in which they are first met, which is the same each time the scenario is read. */
#include "script/inside.h"

#include "base/arena.h"
#include "schema/path.h"

#include <math.h>
#include <string.h>

#define FUNCTIONS "orrery.functions" /* registry: function -> number and number -> function */
#define INTEGER_MAX_EXACT 9007199254740992.0 /* 2^53: past it a double skips integers */

void convert_count(struct script *s)
{
    if (++s->value_count > SCRIPT_VALUES_MAX) limits_trip(s->lua, LIMIT_VALUES);
}

/* --- telling */

static void route_print(struct text *out, const struct route *r)
{
    if (!r) return;
    route_print(out, r->up); /* at most VALUE_DEPTH_MAX deep */
    if (r->key)
        path_key(out, r->key);
    else
        path_index(out, r->position);
}

static void convert_error(struct script *s, struct place at, const struct route *route,
                          const char *hint, const char *message)
{
    struct text path = { 0 };
    route_print(&path, route);
    diag_error(s->diag, at, text_data(&path), hint, "%s", message);
    text_close(&path);
}

/* --- scalars */

static struct value *convert_number(struct script *s, int index, struct place at,
                                    const struct route *route)
{
    lua_State *L = s->lua;
    double n = lua_tonumber(L, index);
    bool integer = lua_isinteger(L, index);
    if (integer && fabs(n) > INTEGER_MAX_EXACT) {
        convert_error(s, at, route, "write it as text, between quotes",
                      "an integer this large loses digits");
        return NULL;
    }
    return value_number(s->arena, at, n, integer);
}

static const char *text_fault(const char *text, size_t n)
{
    if (memchr(text, '\0', n)) return "the text contains a NUL byte";
    if (!text_is_utf8(text, n)) return "the text is not valid UTF-8";
    return NULL;
}

static struct value *convert_text(struct script *s, int index, struct place at,
                                  const struct route *route)
{
    size_t n;
    const char *text = lua_tolstring(s->lua, index, &n);
    const char *fault = text_fault(text, n);
    if (fault) convert_error(s, at, route, NULL, fault);
    return fault ? NULL : value_text(s->arena, at, text);
}

/* --- functions */

static uint32_t convert_function_number(struct script *s, int index)
{
    lua_State *L = s->lua;
    index = lua_absindex(L, index);
    if (!luaL_getsubtable(L, LUA_REGISTRYINDEX, FUNCTIONS)) s->function_count = 0;
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushvalue(L, index);
        lua_pushinteger(L, ++s->function_count);
        lua_rawset(L, -4);
        lua_pushvalue(L, index);
        lua_rawseti(L, -3, s->function_count);
        lua_pop(L, 2);
        return s->function_count;
    }
    uint32_t number = (uint32_t)lua_tointeger(L, -1);
    lua_pop(L, 2);
    return number;
}

bool convert_function_push(lua_State *L, uint32_t number)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, FUNCTIONS);
    lua_rawgeti(L, -1, number);
    lua_remove(L, -2);
    return lua_isfunction(L, -1);
}

/* `queue = fifo` says the same as `queue = fifo()`. */
static struct value *convert_function(struct script *s, int index, struct place at,
                                      const struct route *route)
{
    const struct kind *kind = construct_kind(s->lua, index);
    if (kind && kind->form == KIND_PART) {
        struct value *part = value_map(s->arena, at);
        part->tag = kind->name;
        return part;
    }
    if (lua_iscfunction(s->lua, index)) {
        convert_error(s, at, route, "call it, or write function(w) ... end",
                      kind ? "an object stands here; it belongs at the top level"
                           : "a library function stands here");
        return NULL;
    }
    return value_function(s->arena, at, convert_function_number(s, index));
}

/* --- parts */

static void count_all(struct script *s, const struct value *v)
{
    convert_count(s);
    for (const struct value *item = v->first; item; item = item->next)
        count_all(s, item);
    for (const struct value *item = v->list_first; item; item = item->next)
        count_all(s, item);
}

static uint32_t value_depth(const struct value *v)
{
    uint32_t deepest = 0;
    for (const struct value *item = v->first; item; item = item->next) {
        uint32_t depth = value_depth(item);
        if (depth > deepest) deepest = depth;
    }
    for (const struct value *item = v->list_first; item; item = item->next) {
        uint32_t depth = value_depth(item);
        if (depth > deepest) deepest = depth;
    }
    return deepest + 1;
}

/* A part may stand in several places, and each place owns its nodes: so it is copied. */
static struct value *convert_said(struct script *s, const struct said *said, struct place at,
                                  const struct route *route, uint32_t depth)
{
    if (said->kind->form != KIND_PART) {
        convert_error(s, at, route, "write its name between quotes",
                      "an object stands here; it belongs at the top level");
        return NULL;
    }
    if (depth + value_depth(said->value) > VALUE_DEPTH_MAX) {
        convert_error(s, at, route, NULL, "the value is nested too deep (64 levels at most)");
        return NULL;
    }
    count_all(s, said->value);
    struct value *copy = value_copy(s->arena, said->value);
    copy->tag = said->kind->name;
    return copy;
}

/* --- tables */

static bool number_or_text_before(lua_State *L, int a, int b)
{
    bool text_a = lua_type(L, a) == LUA_TSTRING, text_b = lua_type(L, b) == LUA_TSTRING;
    if (!text_a || !text_b) return text_a == text_b ? lua_compare(L, a, b, LUA_OPLT) : text_b;
    size_t n, m;
    const char *s = lua_tolstring(L, a, &n), *t = lua_tolstring(L, b, &m);
    int c = memcmp(s, t, n < m ? n : m);
    return c ? c < 0 : n < m;
}

/* Whether a key can be kept; told when not. A fraction becomes text: { [0.99] = "20ms" }. */
static bool key_fits(struct script *s, int key, lua_Integer length, struct place at,
                     const struct route *route)
{
    lua_State *L = s->lua;
    if (lua_type(L, key) == LUA_TSTRING) {
        size_t n;
        const char *text = lua_tolstring(L, key, &n);
        const char *fault = text_fault(text, n);
        if (fault) convert_error(s, at, route, "in a key", fault);
        return !fault;
    }
    if (lua_isinteger(L, key)) {
        lua_Integer i = lua_tointeger(L, key);
        if (i >= 1 && i <= length) return false; /* an item: kept by its position */
        convert_error(s, at, route, "number the items 1, 2, 3...",
                      "a list has a hole, or a key that is an integer");
        return false;
    }
    if (lua_type(L, key) == LUA_TNUMBER && isfinite(lua_tonumber(L, key))) return true;
    convert_error(s, at, route, NULL, "a key is neither text nor a finite number");
    return false;
}

/* Pushes the keys that become fields, sorted; returns how many. */
static lua_Integer fields_push(struct script *s, int index, lua_Integer length, struct place at,
                               const struct route *route)
{
    lua_State *L = s->lua;
    lua_newtable(L);
    int keys = lua_gettop(L);
    lua_Integer n = 0;
    uint64_t seen = 0;
    for (lua_pushnil(L); lua_next(L, index); seen++) {
        lua_pop(L, 1);
        if (!key_fits(s, keys + 1, length, at, route)) continue;
        lua_pushvalue(L, -1);
        lua_rawseti(L, keys, ++n);
    }
    limits_work(L, seen);
    sandbox_sort(L, keys, n, number_or_text_before);
    return n;
}

/* Appends under a key that is not there yet: what the table holds was unique and is sorted. */
static void keyed_append(struct script *s, struct value *map, const char *key, struct value *item)
{
    item->key = arena_text(s->arena, key);
    item->next = NULL;
    if (map->last)
        map->last->next = item;
    else
        map->first = item;
    map->last = item;
    map->count++;
}

static struct place entry_place(struct place otherwise, const struct source *src,
                                const struct entry *e)
{
    return e && src ? (struct place){ src->file, e->line } : otherwise;
}

static const char *key_text(lua_State *L, int key, char buffer[32])
{
    if (lua_type(L, key) == LUA_TSTRING) return lua_tostring(L, key);
    return text_double(lua_tonumber(L, key), buffer);
}

struct table_walk {
    struct value *into;
    const struct source *src;
    const struct brace *brace;
    const struct route *route;
    uint32_t depth;
};

static void convert_fields(struct script *s, int index, lua_Integer length,
                           const struct table_walk *w)
{
    lua_State *L = s->lua;
    lua_Integer n = fields_push(s, index, length, w->into->at, w->route);
    int keys = lua_gettop(L);
    bool fresh = w->into->count == 0;
    for (lua_Integer i = 1; i <= n; i++) {
        char buffer[32];
        lua_rawgeti(L, keys, i);
        const char *key = key_text(L, keys + 1, buffer);
        const struct entry *e = w->brace ? brace_key(w->brace, key) : NULL;
        struct place at = entry_place(w->into->at, w->src, e);
        struct route route = { w->route, key, 0 };
        lua_pushvalue(L, keys + 1);
        lua_rawget(L, index);
        struct value *item = convert_item(s, keys + 2, at, w->src, e, &route, w->depth);
        if (!fresh && value_get(w->into, key))
            convert_error(s, at, &route, NULL, "the field is said twice");
        else
            keyed_append(s, w->into, key, item);
        lua_settop(L, keys);
    }
    lua_settop(L, keys - 1);
}

static void convert_items(struct script *s, int index, lua_Integer length,
                          const struct table_walk *w)
{
    lua_State *L = s->lua;
    int top = lua_gettop(L);
    limits_work(L, (uint64_t)length);
    for (lua_Integer i = 1; i <= length; i++) {
        const struct entry *e = w->brace ? brace_position(w->brace, (uint32_t)i) : NULL;
        struct place at = entry_place(w->into->at, w->src, e);
        struct route route = { w->route, NULL, (uint32_t)i };
        lua_rawgeti(L, index, i);
        struct value *item = convert_item(s, top + 1, at, w->src, e, &route, w->depth);
        value_append(w->into, item);
        lua_settop(L, top);
    }
}

void convert_table(struct script *s, int index, struct value *into, const struct source *src,
                   const struct brace *brace, const struct route *route, uint32_t depth)
{
    luaL_checkstack(s->lua, 16, "a value nested too deep");
    lua_Integer length = (lua_Integer)lua_rawlen(s->lua, index);
    struct table_walk walk = { into, src, brace, route, depth };
    convert_fields(s, index, length, &walk);
    convert_items(s, index, length, &walk);
}

static struct value *convert_nested(struct script *s, int index, struct place at,
                                    const struct source *src, const struct entry *entry,
                                    const struct route *route, uint32_t depth)
{
    if (depth >= VALUE_DEPTH_MAX) {
        convert_error(s, at, NULL, "is it inside itself?",
                      "a table is nested too deep (64 levels at most)");
        return NULL;
    }
    const struct brace *brace = entry && src ? tokens_entry(src->tokens, entry) : NULL;
    struct value *v = value_map(s->arena, at);
    convert_table(s, index, v, src, brace, route, depth + 1);
    if (v->count == 0) v->type = VALUE_LIST;
    return v;
}

static struct value *convert_any(struct script *s, int index, struct place at,
                                 const struct source *src, const struct entry *entry,
                                 const struct route *route, uint32_t depth)
{
    lua_State *L = s->lua;
    convert_count(s);
    limits_work(L, 1);
    struct said *said = construct_said(L, index);
    if (said) return convert_said(s, said, at, route, depth);
    if (missing_is(L, index)) return NULL; /* told when it was named */
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        return value_bool(s->arena, at, lua_toboolean(L, index));
    case LUA_TNUMBER:
        return convert_number(s, index, at, route);
    case LUA_TSTRING:
        return convert_text(s, index, at, route);
    case LUA_TTABLE:
        return convert_nested(s, index, at, src, entry, route, depth);
    case LUA_TFUNCTION:
        return convert_function(s, index, at, route);
    default:
        convert_error(s, at, route, NULL,
                      lua_isnil(L, index) ? "a list has a hole (a nil item)"
                                          : "this cannot be a value of a scenario");
        return NULL;
    }
}

struct value *convert_item(struct script *s, int index, struct place at, const struct source *src,
                           const struct entry *entry, const struct route *route, uint32_t depth)
{
    struct value *v = convert_any(s, index, at, src, entry, route, depth);
    return v ? v : value_told(s->arena, at);
}
