/* sandbox_math.c - the library `math`, with the same bits on every machine.
 *
 * What C computes exactly (floor, sqrt, fmod, the integer functions) is the stock function;
 * the rest comes from base/exact.h. The inverse circular functions have no exact form here and
 * are left out. `random` draws from the script's own stream; nothing seeds it from outside. */
#include "script/inside.h"

#include "base/check.h"
#include "base/exact.h"

#include <math.h>

#define PI 3.141592653589793

static int math_exp(lua_State *L)
{
    lua_pushnumber(L, exact_exp(luaL_checknumber(L, 1)));
    return 1;
}

static int math_log(lua_State *L)
{
    double x = luaL_checknumber(L, 1);
    double log = exact_log(x);
    if (!lua_isnoneornil(L, 2)) log /= exact_log(luaL_checknumber(L, 2));
    lua_pushnumber(L, log);
    return 1;
}

static int math_pow(lua_State *L)
{
    double x = luaL_checknumber(L, 1), y = luaL_checknumber(L, 2);
    bool whole = floor(y) == y, odd = whole && fmod(y, 2) != 0;
    if (x >= 0 || isnan(x) || isnan(y))
        lua_pushnumber(L, exact_pow(x, y));
    else if (whole)
        lua_pushnumber(L, odd ? -exact_pow(-x, y) : exact_pow(-x, y));
    else
        lua_pushnumber(L, NAN);
    return 1;
}

static int math_sin(lua_State *L)
{
    lua_pushnumber(L, exact_sin_turns(luaL_checknumber(L, 1) / (2 * PI)));
    return 1;
}

static int math_cos(lua_State *L)
{
    lua_pushnumber(L, exact_cos_turns(luaL_checknumber(L, 1) / (2 * PI)));
    return 1;
}

/* [0, n] without bias: draws past the last whole multiple are drawn again. n 2^64-1: any bits. */
static uint64_t random_upto(struct rng *r, uint64_t n)
{
    if (n == UINT64_MAX) return rng_next(r);
    uint64_t below = n + 1, reject = (UINT64_MAX - n) % below;
    uint64_t draw;
    do
        draw = rng_next(r);
    while (draw < reject);
    return draw % below;
}

static int math_random(lua_State *L)
{
    struct rng *r = &script_of(L)->rng;
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
    case 0:
        lua_pushnumber(L, rng_uniform(r));
        return 1;
    case 1:
        high = luaL_checkinteger(L, 1);
        break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default:
        return luaL_error(L, "wrong number of arguments to 'random'");
    }
    luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
    uint64_t draw = random_upto(r, (uint64_t)high - (uint64_t)low);
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + draw));
    return 1;
}

void sandbox_open_math(lua_State *L)
{
    static const char *const stock[] = { "abs",  "ceil", "floor",     "fmod",       "huge",
                                         "max",  "min",  "modf",      "maxinteger", "mininteger",
                                         "sqrt", "type", "tointeger", "ult",        "pi" };
    static const luaL_Reg own[] = { { "exp", math_exp },       { "log", math_log },
                                    { "pow", math_pow },       { "sin", math_sin },
                                    { "cos", math_cos },       { "random", math_random },
                                    { NULL, NULL } };
    luaopen_math(L);
    luaL_newlib(L, own);
    for (size_t i = 0; i < sizeof stock / sizeof *stock; i++) {
        lua_getfield(L, -2, stock[i]);
        check(!lua_isnil(L, -1));
        lua_setfield(L, -2, stock[i]);
    }
    lua_remove(L, -2);
}
