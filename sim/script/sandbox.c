/* sandbox.c - what a script may name: a base table, frozen libraries, its own globals.
 *
 * Chunks see an environment table of their own whose misses fall through to the base table,
 * and whose misses there are an error that names what was missing. Scripts never hold the base
 * table or a library itself, only views that refuse assignment, so nothing shared can change.
 * Not offered: load, dofile, require, collectgarbage, print, coroutine, os, io, debug,
 * package, string.dump/pack, __gc and __mode - each would show an address, the machine, the
 * clock or the collector, or would escape the limits. */
#include "script/inside.h"

#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- text of a value */

const char *sandbox_tostring(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
        return lua_tostring(L, -1);
    }
    struct said *said = construct_said(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (isnan(lua_tonumber(L, index))) /* the sign of a NaN differs between machines */
            return lua_pushstring(L, "nan");
        lua_pushvalue(L, index);
        return lua_tostring(L, -1);
    case LUA_TSTRING:
        lua_pushvalue(L, index);
        return lua_tostring(L, -1);
    case LUA_TBOOLEAN:
        return lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    default:
        return lua_pushstring(L, said ? said->kind->name : luaL_typename(L, index));
    }
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    sandbox_tostring(L, 1);
    return 1;
}

/* --- protected calls: a limit is not caught */

static int protected_end(lua_State *L, int status, struct source *running)
{
    struct script *s = script_of(L);
    if (s->tripped) {
        lua_pushstring(L, s->trip_text);
        return lua_error(L);
    }
    if (status != LUA_OK) s->running = running; /* an include that failed ended by this */
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 1);
    return lua_gettop(L);
}

static int base_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    struct source *running = script_of(L)->running;
    int status = limits_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    return protected_end(L, status, running);
}

/* The user's handler, kept away from errors that end the script. */
static int handler_call(lua_State *L)
{
    if (script_of(L)->tripped) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

static int base_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    struct source *running = script_of(L)->running;
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handler_call, 1);
    lua_replace(L, 2);
    lua_pushvalue(L, 1);
    lua_replace(L, 1);
    /* handler below the function: [f, h, args] becomes [h, f, args] */
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_replace(L, 1);
    lua_replace(L, 2);
    int status = limits_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
    lua_remove(L, 1);
    return protected_end(L, status, running);
}

/* --- views and the environment */

#define VIEW "orrery.view"

static int frozen_assign(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L, "'%s.%s' cannot be assigned: it belongs to orrery",
                      lua_tostring(L, lua_upvalueindex(1)), key);
}

void sandbox_freeze(lua_State *L, const char *name)
{
    int target = lua_gettop(L);
    lua_createtable(L, 0, 1); /* of the target: what is not there is an error */
    lua_pushstring(L, name);
    lua_pushcclosure(L, missing_index, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, target);
    lua_newtable(L); /* the view */
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, target);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, target);
    lua_pushstring(L, name);
    lua_pushcclosure(L, missing_call, 2);
    lua_setfield(L, -2, "__call");
    lua_pushstring(L, name);
    lua_setfield(L, -2, VIEW);
    lua_pushstring(L, name);
    lua_pushcclosure(L, frozen_assign, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, target);
}

const char *sandbox_view(lua_State *L, int index)
{
    if (!lua_istable(L, index) || luaL_getmetafield(L, index, VIEW) == LUA_TNIL) return NULL;
    const char *name = lua_tostring(L, -1); /* held by the metatable, which no script can reach */
    lua_pop(L, 1);
    return name;
}

static int global_assign(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_isnil(L, -1))
        return luaL_error(L, "'%s' cannot be assigned: it belongs to orrery (use a local)",
                          lua_tostring(L, 2));
    lua_pop(L, 1);
    lua_rawset(L, 1);
    return 0;
}

void sandbox_environment(lua_State *L)
{
    int base = lua_gettop(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, missing_index);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, base);
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, base);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, base);
    lua_pushcclosure(L, global_assign, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, base);
}

/* --- the base table */

/* Copies a function of the stock base library, which is in the hidden globals. */
static void base_copy(lua_State *L, const char *name)
{
    lua_pushglobaltable(L);
    lua_getfield(L, -1, name);
    check(lua_isfunction(L, -1));
    lua_setfield(L, -3, name);
    lua_pop(L, 1);
}

static void library_add(lua_State *L, const char *name, void (*open)(lua_State *))
{
    open(L);
    sandbox_freeze(L, name);
    lua_setfield(L, -2, name);
}

static void sandbox_open_utf8(lua_State *L)
{
    luaopen_utf8(L);
}

/* Methods of texts: s:rep(3). Arithmetic on texts is left out: "5ms" + 1 is a mistake. */
static void text_methods(lua_State *L)
{
    lua_pushstring(L, "");
    lua_createtable(L, 0, 2);
    lua_getfield(L, -3, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void sandbox_open(lua_State *L)
{
    static const char *const stock[] = { "assert",   "error",  "ipairs",   "rawequal",
                                         "rawlen",   "select", "tonumber", "type" };
    static const luaL_Reg own[] = { { "tostring", base_tostring },
                                    { "pcall", base_pcall },
                                    { "xpcall", base_xpcall },
                                    { "include", source_include },
                                    { NULL, NULL } };
    luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
    lua_pop(L, 1);
    lua_newtable(L);
    for (size_t i = 0; i < sizeof stock / sizeof *stock; i++)
        base_copy(L, stock[i]);
    luaL_setfuncs(L, own, 0);
    lua_pushstring(L, LUA_VERSION);
    lua_setfield(L, -2, "_VERSION");
    sandbox_open_meta(L);
    sandbox_open_order(L);
    library_add(L, "string", sandbox_open_text);
    library_add(L, "table", sandbox_open_table);
    library_add(L, "math", sandbox_open_math);
    library_add(L, "utf8", sandbox_open_utf8);
    text_methods(L);
}
