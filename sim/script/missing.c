/* missing.c - names that nobody defined: told with a hint, all of them in one go.
 *
 * While a scenario loads, an undefined name is reported and stands for a thing that can be
 * called, indexed and calculated with, giving itself, so that reading goes on and finds the
 * next mistake. In a callback there is no next time: there it is an error at once. */
#include "script/inside.h"

#include <string.h>

#define MISSING_NAMES_MAX 50 /* after so many the file is of some other sort: stop */

static const char thing_key; /* its address keys the one stand-in in the registry */

/* What a Lua programmer may look for, and what to do instead. */
static const struct {
    const char *name, *hint;
} absent[] = {
    { "print", "in a callback use its handle, as in w:log(text)" },
    { "require", "include \"file.lua\" runs a file of the scenario's folder" },
    { "dofile", "include \"file.lua\" runs a file of the scenario's folder" },
    { "loadfile", "include \"file.lua\" runs a file of the scenario's folder" },
    { "load", "a scenario cannot make code from text" },
    { "os", "a scenario sees no clock, no files and no environment" },
    { "io", "a scenario sees no files; fields such as csv name them" },
    { "debug", "a scenario cannot look into itself" },
    { "package", "include \"file.lua\" runs a file of the scenario's folder" },
    { "coroutine", "use at, every and callbacks" },
    { "collectgarbage", "memory is the simulator's business" },
    { "_G", "use locals" },
    { "math.randomseed", "chance follows the run's seed" },
};

static const char *absent_hint(const char *name)
{
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (!strcmp(absent[i].name, name)) return absent[i].hint;
    return NULL;
}

/* The string keys of the table at index, sorted (nothing may depend on hashes). They are held by
 * that table; their list stays on the stack. */
static const char **names_push(lua_State *L, int index, uint32_t *named)
{
    uint32_t count = 0, n = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        count++;
    limits_work(L, (uint64_t)count * 16);
    const char **names = lua_newuserdatauv(L, (count + 1) * sizeof *names, 0);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) continue;
        const char *name = lua_tostring(L, -2);
        uint32_t at = n++;
        for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    *named = n;
    return names;
}

/* The string key of the table at index nearest to `wanted`, or NULL. */
static const char *nearest(lua_State *L, int index, const char *wanted)
{
    uint32_t count;
    const char **names = names_push(L, index, &count);
    return text_nearest(wanted, names, count);
}

/* Pushes "p50, p90, p99": all that the table at index has. */
static const char *members_push(lua_State *L, int index)
{
    uint32_t count;
    const char **names = names_push(L, index, &count);
    luaL_Buffer list;
    luaL_buffinit(L, &list);
    for (uint32_t i = 0; i < count; i++) {
        if (i) luaL_addstring(&list, ", ");
        luaL_addstring(&list, names[i]);
    }
    luaL_pushresult(&list);
    return lua_tostring(L, -1);
}

/* What to write instead, or NULL; it stays on the stack. */
static const char *hint_push(lua_State *L, const char *name, const char *prefix)
{
    const char *known = absent_hint(name);
    if (known) return known;
    const char *near = nearest(L, 1, prefix ? name + strlen(prefix) + 1 : name);
    if (!near) return prefix ? lua_pushfstring(L, "%s has %s", prefix, members_push(L, 1)) : NULL;
    return prefix ? lua_pushfstring(L, "did you mean '%s.%s'?", prefix, near)
                  : lua_pushfstring(L, "did you mean '%s'?", near);
}

/* True the first time a name is missing at a line: a loop says it once. */
static bool is_news(lua_State *L, struct place at, const char *name)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "orrery.missing");
    lua_pushfstring(L, "%s:%d:%s", at.file ? at.file : "", (int)at.line, name);
    lua_pushvalue(L, -1);
    bool news = lua_rawget(L, -3) == LUA_TNIL;
    lua_pop(L, 1);
    lua_pushboolean(L, true);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return news;
}

/* __index(table, key); upvalue 1: the name of the library, or none for the base table. */
int missing_index(lua_State *L)
{
    struct script *s = script_of(L);
    const char *prefix = lua_tostring(L, lua_upvalueindex(1));
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    const char *key = lua_tostring(L, 2);
    const char *name = prefix ? lua_pushfstring(L, "%s.%s", prefix, key) : key;
    struct place at = source_here(L, NULL);
    bool news = is_news(L, at, name);
    const char *hint = news || !s->loading ? hint_push(L, name, prefix) : NULL;
    if (!s->loading)
        return luaL_error(L, hint ? "'%s' is not defined (%s)" : "'%s' is not defined", name, hint);
    if (news) {
        if (++s->missing_count > MISSING_NAMES_MAX)
            return luaL_error(L, "more than %d names are not defined", MISSING_NAMES_MAX);
        diag_error(s->diag, at, NULL, hint, "'%s' is not defined", name);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &thing_key);
    return 1;
}

int missing_refuse(lua_State *L, const char *message, const char *hint)
{
    struct script *s = script_of(L);
    struct place at = source_here(L, NULL);
    if (!s->loading) return luaL_error(L, hint ? "%s (%s)" : "%s", message, hint);
    if (is_news(L, at, message)) {
        if (++s->missing_count > MISSING_NAMES_MAX)
            return luaL_error(L, "more than %d names are used wrongly", MISSING_NAMES_MAX);
        diag_error(s->diag, at, NULL, hint, "%s", message);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &thing_key);
    return 1;
}

/* __call of a frozen table; upvalues: the table behind the view, its name. */
int missing_call(lua_State *L)
{
    const char *name = lua_tostring(L, lua_upvalueindex(2));
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    const struct kind *first = NULL;
    uint32_t count;
    const char **names = names_push(L, 1, &count);
    for (uint32_t i = 0; i < count && !first; i++) {
        lua_getfield(L, 1, names[i]);
        first = construct_kind(L, -1);
        lua_pop(L, 1);
    }
    const char *members = members_push(L, 1);
    const char *message =
        lua_pushfstring(L, "'%s' cannot be called itself: it has %s", name, members);
    const char *hint = first && first->example
                           ? lua_pushfstring(L, "such as %s", first->example)
                           : lua_pushfstring(L, "such as %s.%s(...)", name, names[0]);
    return missing_refuse(L, message, hint);
}

bool missing_is(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &thing_key);
    bool same = lua_rawequal(L, -1, index);
    lua_pop(L, 1);
    return same;
}

static int give_thing(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &thing_key);
    return 1;
}

/* A generic `for` calls its iterator with (state, control): that loop must end. */
static int call_thing(lua_State *L)
{
    if (lua_gettop(L) == 3 && lua_isnoneornil(L, 2)) return 0;
    return give_thing(L);
}

static int give_nothing(lua_State *L)
{
    lua_pushinteger(L, 0);
    return 1;
}

static int give_false(lua_State *L)
{
    lua_pushboolean(L, false);
    return 1;
}

static int ignore(lua_State *L)
{
    (void)L;
    return 0;
}

static int give_text(lua_State *L)
{
    lua_pushliteral(L, "undefined");
    return 1;
}

void missing_open(lua_State *L)
{
    static const luaL_Reg events[] = {
        { "__index", give_thing }, { "__newindex", ignore },  { "__call", call_thing },
        { "__add", give_thing },   { "__sub", give_thing },   { "__mul", give_thing },
        { "__div", give_thing },   { "__mod", give_thing },   { "__idiv", give_thing },
        { "__pow", give_thing },   { "__unm", give_thing },   { "__concat", give_thing },
        { "__len", give_nothing }, { "__lt", give_false },    { "__le", give_false },
        { "__band", give_thing },  { "__bor", give_thing },   { "__bxor", give_thing },
        { "__bnot", give_thing },  { "__shl", give_thing },   { "__shr", give_thing },
        { "__pairs", give_thing }, { "__tostring", give_text }, { NULL, NULL },
    };
    lua_newuserdatauv(L, 1, 0);
    luaL_newlib(L, events);
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &thing_key);
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "orrery.missing");
}
