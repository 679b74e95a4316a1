/* sandbox_table.c - the library `table`, over raw items, with bounded work.
 *
 * Stock functions ask __len and __index, so a script could make one call loop for years where
 * no hook fires. These see only what is in the table, charge a step an item, and refuse views. */
#include "script/inside.h"

#define UNPACK_MAX 100000 /* results of one call: well below what Lua's stack holds */

static lua_Integer length_writable(lua_State *L, int index)
{
    sandbox_check_writable(L, index);
    return (lua_Integer)lua_rawlen(L, index);
}

static int table_insert(lua_State *L)
{
    lua_Integer n = length_writable(L, 1), at = n + 1;
    int top = lua_gettop(L);
    if (top != 2 && top != 3) return luaL_error(L, "wrong number of arguments to 'insert'");
    if (top == 3) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, at >= 1 && at <= n + 1, 2, "position out of bounds");
    }
    limits_work(L, (uint64_t)(n + 1 - at));
    for (lua_Integer i = n; i >= at; i--) {
        lua_rawgeti(L, 1, i);
        lua_rawseti(L, 1, i + 1);
    }
    lua_rawseti(L, 1, at); /* the value is the last argument */
    return 0;
}

static int table_remove(lua_State *L)
{
    lua_Integer n = length_writable(L, 1);
    lua_Integer at = luaL_optinteger(L, 2, n);
    if (lua_gettop(L) > 1)
        luaL_argcheck(L, (at >= 1 && at <= n + 1) || (n == 0 && at == 0), 2,
                      "position out of bounds");
    lua_rawgeti(L, 1, at);
    limits_work(L, (uint64_t)(at < n ? n - at : 0));
    for (; at < n; at++) {
        lua_rawgeti(L, 1, at + 1);
        lua_rawseti(L, 1, at);
    }
    lua_pushnil(L);
    lua_rawseti(L, 1, at);
    return 1;
}

/* Steps from first to last, 0 when there are none; raises past what an allowance can hold. */
static uint64_t span(lua_State *L, lua_Integer first, lua_Integer last)
{
    if (last < first) return 0;
    uint64_t n = (uint64_t)last - (uint64_t)first;
    if (n >= (uint64_t)1 << 53) luaL_error(L, "too many items");
    return n + 1;
}

static int table_move(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    sandbox_check_writable(L, target);
    uint64_t n = span(L, first, last);
    luaL_argcheck(L, n == 0 || to <= LUA_MAXINTEGER - (lua_Integer)n + 1, 4, "wraps around");
    limits_work(L, n);
    bool forward = to > last || to <= first || (target == 5 && !lua_rawequal(L, 1, 5));
    for (uint64_t k = 0; k < n; k++) {
        lua_Integer i = (lua_Integer)(forward ? k : n - 1 - k);
        lua_rawgeti(L, 1, first + i);
        lua_rawseti(L, target, to + i);
    }
    lua_pushvalue(L, target);
    return 1;
}

static int table_concat(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t between_length;
    const char *between = luaL_optlstring(L, 2, "", &between_length);
    lua_Integer first = luaL_optinteger(L, 3, 1);
    lua_Integer last = luaL_optinteger(L, 4, (lua_Integer)lua_rawlen(L, 1));
    uint64_t n = span(L, first, last);
    limits_work(L, n);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (uint64_t k = 0; k < n; k++) {
        if (k > 0) luaL_addlstring(&b, between, between_length);
        lua_rawgeti(L, 1, first + (lua_Integer)k);
        if (!lua_isstring(L, -1))
            return luaL_error(L, "invalid value (a %s) at index %I in table for 'concat'",
                              luaL_typename(L, -1), (LUAI_UACINT)(first + (lua_Integer)k));
        luaL_addvalue(&b);
    }
    luaL_pushresult(&b);
    return 1;
}

static int table_pack(lua_State *L)
{
    int n = lua_gettop(L);
    lua_createtable(L, n, 1);
    lua_insert(L, 1);
    for (int i = n; i >= 1; i--)
        lua_rawseti(L, 1, i);
    lua_pushinteger(L, n);
    lua_setfield(L, 1, "n");
    return 1;
}

static int table_unpack(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = luaL_optinteger(L, 3, (lua_Integer)lua_rawlen(L, 1));
    uint64_t n = span(L, first, last);
    if (n > UNPACK_MAX || !lua_checkstack(L, (int)n))
        return luaL_error(L, "too many results to unpack");
    limits_work(L, n);
    for (uint64_t k = 0; k < n; k++)
        lua_rawgeti(L, 1, first + (lua_Integer)k);
    return (int)n;
}

static bool less_default(lua_State *L, int a, int b)
{
    return lua_compare(L, a, b, LUA_OPLT);
}

static bool less_given(lua_State *L, int a, int b)
{
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a);
    lua_pushvalue(L, b);
    lua_call(L, 2, 1);
    bool less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return less;
}

static int table_sort(lua_State *L)
{
    lua_Integer n = length_writable(L, 1);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    sandbox_sort(L, 1, n, lua_isnil(L, 2) ? less_default : less_given);
    return 0;
}

void sandbox_open_table(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "concat", table_concat }, { "insert", table_insert }, { "move", table_move },
        { "pack", table_pack },     { "remove", table_remove }, { "sort", table_sort },
        { "unpack", table_unpack }, { NULL, NULL },
    };
    luaL_newlib(L, functions);
}
