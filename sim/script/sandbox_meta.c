/* sandbox_meta.c - metatables without a view of the garbage collector.
 *
 * __gc and __mode would let a script see when memory is collected, which depends on hash
 * seeds. So setmetatable installs a copy that holds only the metamethods named here, taken
 * when it is called; getmetatable returns the table that was given. A metamethod added to
 * that table later takes effect at the next setmetatable. */
#include "script/inside.h"

static const char *const metamethods[] = {
    "__index", "__newindex", "__call", "__tostring", "__len",  "__eq",  "__lt",   "__le",
    "__concat", "__unm",     "__add",  "__sub",      "__mul",  "__div", "__mod",  "__idiv",
    "__pow",   "__band",     "__bor",  "__bxor",     "__bnot", "__shl", "__shr",  "__close",
    "__pairs", "__name",     "__metatable",
};

static const char original_key; /* its address keys the given table inside the copy */

static void meta_refuse(lua_State *L, int meta, const char *name)
{
    lua_pushstring(L, name);
    if (lua_rawget(L, meta) != LUA_TNIL)
        luaL_error(L, "'%s' is not available: it would show when memory is collected", name);
    lua_pop(L, 1);
}

static void meta_copy(lua_State *L, int meta)
{
    lua_createtable(L, 0, 8);
    for (size_t i = 0; i < sizeof metamethods / sizeof *metamethods; i++) {
        lua_pushstring(L, metamethods[i]);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, meta) == LUA_TNIL)
            lua_pop(L, 2);
        else
            lua_rawset(L, -3);
    }
    lua_pushvalue(L, meta);
    lua_rawsetp(L, -2, &original_key);
}

void sandbox_check_writable(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    if (luaL_getmetafield(L, index, "__metatable") == LUA_TNIL) return;
    luaL_error(L, "this table is protected: it cannot be changed");
}

static int meta_set(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    lua_settop(L, 2);
    sandbox_check_writable(L, 1);
    if (lua_istable(L, 2)) {
        meta_refuse(L, 2, "__gc");
        meta_refuse(L, 2, "__mode");
        meta_copy(L, 2);
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int meta_get(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return 1;
    if (!lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    lua_rawgetp(L, -1, &original_key);
    return 1;
}

static int raw_get(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    lua_rawget(L, 1);
    return 1;
}

static int raw_set(lua_State *L)
{
    sandbox_check_writable(L, 1);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

void sandbox_open_meta(lua_State *L)
{
    static const luaL_Reg functions[] = { { "setmetatable", meta_set },
                                          { "getmetatable", meta_get },
                                          { "rawget", raw_get },
                                          { "rawset", raw_set },
                                          { NULL, NULL } };
    luaL_setfuncs(L, functions, 0);
}
