/* sandbox_order.c - pairs and next in an order that no hash decides; the stable sort.
 *
 * Keys come as numbers first, by value, then strings by their bytes, then false and true. Keys of
 * any other type have no order to show and are an error. pairs walks the keys that were there
 * when it began and still have a value; next(t, k) gives the least key after k. */
#include "script/inside.h"

#include <string.h>

static int key_rank(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    case LUA_TBOOLEAN:
        return 2;
    default:
        return luaL_error(L, "a table with a key that is a %s has no order to walk in; "
                             "only numbers, strings and booleans have one",
                          luaL_typename(L, index));
    }
}

/* Not lua_lessthan for strings: that asks the locale. */
static bool text_before(lua_State *L, int a, int b)
{
    size_t n, m;
    const char *s = lua_tolstring(L, a, &n), *t = lua_tolstring(L, b, &m);
    int c = memcmp(s, t, n < m ? n : m);
    return c ? c < 0 : n < m;
}

static bool key_before(lua_State *L, int a, int b)
{
    int i = key_rank(L, a), j = key_rank(L, b);
    if (i != j) return i < j;
    if (i == 0) return lua_compare(L, a, b, LUA_OPLT);
    if (i == 1) return text_before(L, a, b);
    return lua_toboolean(L, a) < lua_toboolean(L, b);
}

/* --- a stable merge sort over two Lua tables: any comparison terminates, even a wrong one */

static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer mid,
                  lua_Integer high, bool (*less)(lua_State *, int, int))
{
    lua_Integer i = low, j = mid;
    for (lua_Integer k = low; k < high; k++) {
        bool right = i >= mid;
        if (i < mid && j < high) {
            lua_rawgeti(L, from, j + 1);
            lua_rawgeti(L, from, i + 1);
            int top = lua_gettop(L);
            right = less(L, top - 1, top);
            lua_settop(L, top - 2);
        }
        lua_rawgeti(L, from, right ? ++j : ++i);
        lua_rawseti(L, to, k + 1);
    }
}

static void items_copy(lua_State *L, int from, int to, lua_Integer n)
{
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, to, i);
    }
}

void sandbox_sort(lua_State *L, int index, lua_Integer n, bool (*less)(lua_State *, int, int))
{
    luaL_checkstack(L, 12, "sort");
    lua_createtable(L, (int)n, 0);
    lua_createtable(L, (int)n, 0);
    int from = lua_gettop(L) - 1, to = from + 1;
    items_copy(L, index, from, n); /* a comparison that looks at the table sees it unsorted */
    for (lua_Integer width = 1; width < n; width *= 2) {
        limits_work(L, (uint64_t)n * 2);
        for (lua_Integer low = 0; low < n; low += 2 * width) {
            lua_Integer mid = low + width < n ? low + width : n;
            lua_Integer high = low + 2 * width < n ? low + 2 * width : n;
            merge(L, from, to, low, mid, high, less);
        }
        int swap = from;
        from = to;
        to = swap;
    }
    items_copy(L, from, index, n);
    lua_pop(L, 2);
}

/* --- pairs and next */

/* Pushes the sorted keys of the table at index. */
static void keys_push(lua_State *L, int index)
{
    lua_newtable(L);
    int keys = lua_gettop(L);
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, index);) {
        lua_pop(L, 1);
        key_rank(L, -1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, keys, ++n);
    }
    limits_work(L, (uint64_t)n);
    sandbox_sort(L, keys, n, key_before);
}

/* Upvalues: the keys, how many were passed. The table is the loop's own state. */
static int pairs_step(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(1), ++i) == LUA_TNIL) return 1;
        limits_work(L, 1); /* an emptied table is walked without a single instruction */
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) break;
        lua_pop(L, 2);
    }
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

static int order_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    keys_push(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_step, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int order_next(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    bool first = lua_isnil(L, 2), found = false;
    if (!first) key_rank(L, 2);
    lua_pushnil(L); /* 3: the best key so far */
    uint64_t seen = 0;
    for (lua_pushnil(L); lua_next(L, 1); seen++) {
        lua_pop(L, 1);
        key_rank(L, 4);
        if (!first && !key_before(L, 2, 4)) continue;
        if (found && !key_before(L, 4, 3)) continue;
        lua_pushvalue(L, 4);
        lua_replace(L, 3);
        found = true;
    }
    limits_work(L, seen);
    lua_settop(L, 3);
    if (!found) return 1;
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}

void sandbox_open_order(lua_State *L)
{
    static const luaL_Reg functions[] = { { "pairs", order_pairs },
                                          { "next", order_next },
                                          { NULL, NULL } };
    luaL_setfuncs(L, functions, 0);
}
