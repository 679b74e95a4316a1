/* construct.c - a constructor for every kind, from the list of kinds alone.
 *
 * A call makes a map tagged with the kind: a table as last argument gives its fields and
 * items, every other argument is positional. NAMED kinds take their name first and count as
 * said when they have their table; SINGLETON and REPEATED ones count when called; parts count
 * when some field holds them. A result without a table may be called once with one:
 * expect.p99 "shoppers" { below = "300ms" }. What was given is copied, so later changes of a
 * table change nothing. */
#include "script/inside.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

#define METATABLE "orrery.said"
#define KEYS_MAX 64 /* more keys than this need not be compared to find the right literal */

struct said *construct_said(lua_State *L, int index)
{
    struct said **box = luaL_testudata(L, index, METATABLE);
    return box ? *box : NULL;
}
/* --- finding the literal */

/* Fills keys with the string keys of the table, in no order: they are only looked up. */
static uint32_t table_keys(lua_State *L, int index, const char *keys[KEYS_MAX])
{
    uint32_t n = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && n < KEYS_MAX) keys[n++] = lua_tostring(L, -2);
    return n;
}

static const struct brace *literal_find(lua_State *L, const struct said *said, int index)
{
    if (!said->source) return NULL;
    const char *keys[KEYS_MAX];
    uint32_t n = table_keys(L, index, keys);
    return tokens_call(said->source->tokens, said->spelled, said->value->at.line, keys, n);
}

/* A literal that says a key twice would silently lose one. */
static void literal_check(struct script *s, const struct said *said, const struct brace *b)
{
    for (uint32_t i = 1; i < b->keyed_count; i++) {
        const struct entry *e = &b->keyed[i], *before = e - 1;
        if (e->key_length != before->key_length || memcmp(e->key, before->key, e->key_length))
            continue;
        struct place at = { said->source->file, e->line };
        diag_error(s->diag, at, said->kind->name, NULL, "'%.*s' is said twice", (int)e->key_length,
                   e->key);
    }
}

/* --- building */

static void said_add_table(lua_State *L, struct said *said, int index)
{
    struct script *s = script_of(L);
    const struct brace *b = literal_find(L, said, index);
    if (b) literal_check(s, said, b);
    struct route route = { NULL, said->kind->name, 0 };
    convert_table(s, index, said->value, said->source, b, &route, 1);
    said->complete = true;
}

static void said_register(struct script *s, struct said *said)
{
    value_append(s->root, said->value);
}

static void said_name(lua_State *L, struct said *said)
{
    struct script *s = script_of(L);
    struct route top = { NULL, said->kind->name, 0 }, route = { &top, "name", 0 };
    struct value *name = convert_item(s, 1, said->value->at, NULL, NULL, &route, 1);
    value_set(s->arena, said->value, "name", name);
}

static void said_arguments(lua_State *L, struct said *said, int first)
{
    struct script *s = script_of(L);
    int top = lua_gettop(L);
    struct route above = { NULL, said->kind->name, 0 };
    for (int i = first; i <= top; i++) {
        if (i == top && lua_istable(L, i)) {
            said_add_table(L, said, i);
            return;
        }
        if (lua_isnil(L, i))
            luaL_error(L, "argument %d of %s is nil: was it defined?", i, said->kind->name);
        struct route route = { &above, NULL, said->value->list_count + 1 };
        struct value *item = convert_item(s, i, said->value->at, NULL, NULL, &route, 1);
        value_append(said->value, item);
    }
}

static struct said *said_open(lua_State *L, const struct kind *kind, const char *spelled)
{
    struct script *s = script_of(L);
    convert_count(s);
    struct said *said = arena_alloc(s->scratch, sizeof *said);
    *said = (struct said){ .kind = kind, .spelled = spelled };
    struct place at = source_here(L, &said->source);
    said->value = value_map(s->arena, at);
    said->value->tag = kind->name;
    return said;
}

static void said_push(lua_State *L, struct said *said)
{
    struct said **box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = said;
    luaL_setmetatable(L, METATABLE);
}

static void refuse_while_running(lua_State *L, const char *name)
{
    if (!script_of(L)->loading)
        luaL_error(L, "'%s' can only be said while the scenario is read, not in a callback", name);
}

static bool any_missing(lua_State *L)
{
    for (int i = lua_gettop(L); i >= 1; i--)
        if (missing_is(L, i)) return true;
    return false;
}

/* `timeout "2s"` as a statement says nothing to anybody. */
static void lost_check(struct script *s, const struct said *said)
{
    const char *role = said->kind->role;
    struct place at = said->value->at;
    if (s->lost.file == at.file && s->lost.line == at.line) return;
    if (!said->source ||
        !tokens_is_statement(said->source->tokens, said->spelled, said->value->at.line))
        return;
    s->lost = at;
    diag_error(s->diag, at, NULL, said->kind->example,
               "%s is %s %s: it stands inside an object, not alone", said->spelled,
               strchr("aeiou", *role) ? "an" : "a", role);
}

/* expect:p99("shoppers", ...) is expect.p99(expect, "shoppers", ...). */
static int refuse_colon(lua_State *L, const struct kind *kind)
{
    const char *message = lua_pushfstring(L, "'%s' is called with a dot, not a colon", kind->name);
    const char *hint = kind->example ? lua_pushfstring(L, "as in %s", kind->example) : NULL;
    return missing_refuse(L, message, hint);
}

/* Upvalues: the kind, the name or alias as called. */
static int construct(lua_State *L)
{
    const struct kind *kind = lua_touserdata(L, lua_upvalueindex(1));
    const char *spelled = lua_tostring(L, lua_upvalueindex(2));
    struct script *s = script_of(L);
    refuse_while_running(L, kind->name);
    if (sandbox_view(L, 1)) return refuse_colon(L, kind);
    bool named = kind->form == KIND_NAMED, has_name = named && lua_type(L, 1) == LUA_TSTRING;
    if (named && !has_name && !lua_istable(L, 1) && !any_missing(L))
        luaL_error(L, "%s needs a name, as in %s \"name\" { ... }", spelled, spelled);
    struct said *said = said_open(L, kind, spelled);
    if (has_name) said_name(L, said);
    said_arguments(L, said, has_name ? 2 : 1);
    if (kind->form == KIND_PART) lost_check(s, said);
    if (named) {
        said->next = s->said;
        s->said = said;
    }
    if (kind->form != KIND_PART && (!named || said->complete)) said_register(s, said);
    said_push(L, said);
    return 1;
}

/* said { ... }: the table that the first call left out. */
static int said_call(lua_State *L)
{
    struct said *said = construct_said(L, 1);
    refuse_while_running(L, said->kind->name);
    if (missing_is(L, 2)) {
        lua_settop(L, 1);
        return 1;
    }
    if (said->complete) luaL_error(L, "this %s already has its table", said->kind->name);
    if (lua_gettop(L) != 2 || !lua_istable(L, 2))
        luaL_error(L, "%s is followed by one table, as in %s \"name\" { ... }", said->kind->name,
                   said->kind->name);
    said_add_table(L, said, 2);
    if (said->kind->form == KIND_NAMED) said_register(script_of(L), said);
    lua_settop(L, 1);
    return 1;
}

static int said_index(lua_State *L)
{
    struct said *said = construct_said(L, 1);
    const char *name = said ? said->kind->name : "constructor";
    const char *message =
        lua_pushfstring(L, "%s %s cannot be read back or changed: keep its fields in a local table",
                        strchr("aeiou", *name) ? "an" : "a", name);
    return missing_refuse(L, message, NULL);
}

/* service.cart, run.seed = 3: what was said looks like a table, and is none. Any other function
 * that is indexed is as wrong as Lua says it is. */
static int function_index(lua_State *L)
{
    const struct kind *kind = construct_kind(L, 1);
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    if (!kind) return luaL_error(L, "attempt to index a function value (with '%s')", key);
    lua_getupvalue(L, 1, 2);
    const char *name = strchr(kind->name, '.') ? kind->name : lua_tostring(L, -1);
    const char *message = lua_pushfstring(
        L, "'%s.%s': what %s says cannot be read back or changed", name, key, name);
    const char *hint =
        kind->example ? lua_pushfstring(L, "say it whole, as in %s", kind->example) : NULL;
    return missing_refuse(L, message, hint);
}

const struct kind *construct_kind(lua_State *L, int index)
{
    if (lua_tocfunction(L, index) != construct) return NULL;
    lua_getupvalue(L, index, 1);
    const struct kind *kind = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return kind;
}

/* --- the list */

/* Pushes the table of a dotted name's prefix, made when first needed. */
static void prefix_push(lua_State *L, int base, const char *name, const char *dot)
{
    lua_pushlstring(L, name, (size_t)(dot - name));
    lua_pushvalue(L, -1);
    if (lua_rawget(L, base) == LUA_TTABLE) {
        lua_remove(L, -2);
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, base);
    lua_remove(L, -2);
}

static void constructor_add(lua_State *L, int base, const struct kind *kind, const char *name)
{
    const char *dot = strchr(name, '.');
    const char *last = dot ? dot + 1 : name;
    if (dot)
        prefix_push(L, base, name, dot);
    else
        lua_pushvalue(L, base);
    lua_pushstring(L, last);
    if (lua_rawget(L, -2) != LUA_TNIL) { /* the same name in another role: the first stands */
        check(construct_kind(L, -1));    /* a kind must not hide a library */
        lua_pop(L, 2);
        return;
    }
    lua_pop(L, 1);
    lua_pushlightuserdata(L, (void *)kind);
    lua_pushstring(L, last);
    lua_pushcclosure(L, construct, 2);
    lua_setfield(L, -2, last);
    lua_pop(L, 1);
}

/* Prefix tables become views once every member is in them. */
static void prefixes_freeze(lua_State *L, int base, const struct vocabulary *words)
{
    for (uint32_t i = 0; i < words->kind_count; i++) {
        const char *name = words->kinds[i]->name, *dot = strchr(name, '.');
        if (!dot) continue;
        lua_pushlstring(L, name, (size_t)(dot - name));
        lua_pushvalue(L, -1);
        lua_rawget(L, base);
        if (lua_getmetatable(L, -1)) {
            lua_pop(L, 3);
            continue;
        }
        sandbox_freeze(L, lua_tostring(L, -2));
        lua_rawset(L, base);
    }
}

void construct_open(lua_State *L)
{
    static const luaL_Reg events[] = { { "__call", said_call },
                                       { "__index", said_index },
                                       { "__newindex", said_index },
                                       { NULL, NULL } };
    static const luaL_Reg of_functions[] = { { "__index", function_index },
                                             { "__newindex", function_index },
                                             { NULL, NULL } };
    const struct vocabulary *words = &script_of(L)->words;
    int base = lua_gettop(L);
    lua_pushcfunction(L, function_index); /* all functions share one metatable */
    luaL_newlib(L, of_functions);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    luaL_newmetatable(L, METATABLE);
    luaL_setfuncs(L, events, 0);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
    for (uint32_t i = 0; i < words->kind_count; i++) {
        const struct kind *kind = words->kinds[i];
        constructor_add(L, base, kind, kind->name);
        if (kind->alias) constructor_add(L, base, kind, kind->alias);
    }
    prefixes_freeze(L, base, words);
}
