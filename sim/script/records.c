/* records.c - rows that a callback reads in place: backends[2].inFlight.
 *
 * A list and its rows are userdata that are made once for each position among a callback's arguments
 * and used again by the next callback, so that asking a balancer a million times allocates nothing.
 * Each says whose turn it was made for: one that a script has kept says so instead of lying. */
#include "script/inside.h"

#include <string.h>

#define RECORDS "orrery.records"
#define RECORD "orrery.record"
#define VIEWS "orrery.views" /* registry: position -> list */
#define NAMES_MAX 32

struct view {
    uint64_t turn;
    const struct records *records;
};

struct row {
    uint64_t turn;
    const struct records *records;
    uint32_t index;
};

static void turn_check(lua_State *L, uint64_t turn)
{
    const struct script *s = script_of(L);
    if (!s->world || turn != s->turn)
        luaL_error(L, "this belongs to a callback that has returned; keep what you read from it, "
                      "not itself");
}

/* Leaves the list's row `index` on the stack. Uservalue 1 of the list holds its rows. */
static void row_push(lua_State *L, int list, uint32_t index)
{
    const struct view *v = lua_touserdata(L, list);
    lua_getiuservalue(L, list, 1);
    if (lua_rawgeti(L, -1, (lua_Integer)index + 1) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newuserdatauv(L, sizeof(struct row), 0);
        luaL_setmetatable(L, RECORD);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)index + 1);
    }
    *(struct row *)lua_touserdata(L, -1) = (struct row){ v->turn, v->records, index };
    lua_remove(L, -2);
}

void records_push(lua_State *L, const struct records *r, uint32_t position, bool single)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, VIEWS);
    if (lua_rawgeti(L, -1, (lua_Integer)position + 1) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newuserdatauv(L, sizeof(struct view), 1);
        luaL_setmetatable(L, RECORDS);
        lua_newtable(L);
        lua_setiuservalue(L, -2, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)position + 1);
    }
    lua_remove(L, -2);
    *(struct view *)lua_touserdata(L, -1) = (struct view){ script_of(L)->turn, r };
    if (!single) return;
    row_push(L, lua_gettop(L), 0);
    lua_remove(L, -2);
}

static int list_index(lua_State *L)
{
    const struct view *v = luaL_checkudata(L, 1, RECORDS);
    int whole = 0;
    turn_check(L, v->turn);
    lua_Integer index = lua_type(L, 2) == LUA_TNUMBER ? lua_tointegerx(L, 2, &whole) : 0;
    if (!whole)
        return luaL_error(L, "a list has no '%s': take one of it first, as in list[1]",
                          lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2));
    if (index < 1 || index > (lua_Integer)v->records->count)
        lua_pushnil(L); /* as past the end of any table: ipairs stops here */
    else
        row_push(L, 1, (uint32_t)index - 1);
    return 1;
}

static int list_length(lua_State *L)
{
    const struct view *v = luaL_checkudata(L, 1, RECORDS);
    turn_check(L, v->turn);
    lua_pushinteger(L, v->records->count);
    return 1;
}

static int column_missing(lua_State *L, const struct records *r, const char *name)
{
    uint32_t count = 0;
    while (r->names[count])
        count++;
    const char *near = text_nearest(name, r->names, count);
    if (near) return luaL_error(L, "there is no '%s' here (did you mean '%s'?)", name, near);
    return luaL_error(L, "there is no '%s' here", name);
}

static int row_index(lua_State *L)
{
    const struct row *row = luaL_checkudata(L, 1, RECORD);
    turn_check(L, row->turn);
    const struct records *r = row->records;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    for (uint32_t column = 0; column < NAMES_MAX && r->names[column]; column++) {
        if (strcmp(r->names[column], name) != 0) continue;
        struct argument value = { .type = ARGUMENT_NONE };
        r->read(r->rows, row->index, column, &value);
        argument_push(L, &value, 0);
        return 1;
    }
    return column_missing(L, r, name);
}

static int read_only(lua_State *L)
{
    return luaL_error(L, "this can be read and not changed: keep what you need in `state`");
}

void records_open(lua_State *L)
{
    static const luaL_Reg list[] = { { "__index", list_index },
                                     { "__len", list_length },
                                     { "__newindex", read_only },
                                     { NULL, NULL } };
    static const luaL_Reg row[] = { { "__index", row_index },
                                    { "__newindex", read_only },
                                    { NULL, NULL } };
    const struct {
        const char *name;
        const luaL_Reg *events;
    } types[] = { { RECORDS, list }, { RECORD, row } };
    for (int i = 0; i < 2; i++) {
        luaL_newmetatable(L, types[i].name);
        luaL_setfuncs(L, types[i].events, 0);
        lua_pushboolean(L, false);
        lua_setfield(L, -2, "__metatable");
        lua_pushstring(L, i ? "record" : "list");
        lua_setfield(L, -2, "__name");
        lua_pop(L, 1);
    }
}
