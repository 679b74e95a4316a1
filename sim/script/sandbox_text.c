/* sandbox_text.c - the library `string`: no addresses, no dump, and patterns under a budget.
 *
 * What the stock library does in time and memory proportional to its result stays (byte char
 * len lower reverse sub upper); the rest is here. Every text is capped by the allocator, so a
 * bound on the size of results is needed nowhere but in rep, which would first fill a buffer. */
#include "script/inside.h"

#include "base/check.h"
#include "script/pattern.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEPS_PER_WORK 4 /* a step of the matcher costs about a quarter of an instruction */

/* --- rep and format */

static int text_rep(lua_State *L)
{
    size_t length, between_length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer n = luaL_checkinteger(L, 2);
    const char *between = luaL_optlstring(L, 3, "", &between_length);
    if (n <= 0 || length + between_length == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((uint64_t)n > SCRIPT_TEXT_BYTES_MAX ||
        (uint64_t)n * (length + between_length) - between_length > SCRIPT_TEXT_BYTES_MAX)
        limits_trip(L, LIMIT_TEXT);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (lua_Integer i = 0; i < n; i++) {
        if (i > 0) luaL_addlstring(&b, between, between_length);
        luaL_addlstring(&b, text, length);
    }
    luaL_pushresult(&b);
    return 1;
}

/* The conversion letter of the specification after a %; *end is past it. */
static char conversion(const char *s, const char *limit, const char **end)
{
    while (s < limit && strchr("-+ #0123456789.", *s) && *s)
        s++;
    *end = s < limit ? s + 1 : s;
    return s < limit ? *s : '\0';
}

/* Replaces what the stock function would print by address or by machine. */
static void format_argument(lua_State *L, char letter, int argument)
{
    if (letter == 'p') luaL_error(L, "'%%p' is not available: it would show an address");
    if (letter == 's' && argument <= lua_gettop(L)) {
        sandbox_tostring(L, argument);
        lua_replace(L, argument);
    }
    if (letter && strchr("aAeEfFgG", letter) && lua_type(L, argument) == LUA_TNUMBER &&
        isnan(lua_tonumber(L, argument))) {
        lua_pushnumber(L, copysign(NAN, 1.0)); /* its sign differs between machines */
        lua_replace(L, argument);
    }
}

/* Upvalue: the stock format. */
static int text_formatted(lua_State *L)
{
    size_t length;
    const char *s = luaL_checklstring(L, 1, &length), *end = s + length;
    for (int argument = 1; s < end; s++) {
        if (*s != '%') continue;
        if (s + 1 < end && s[1] == '%') {
            s++;
            continue;
        }
        char letter = conversion(s + 1, end, &s);
        format_argument(L, letter, ++argument);
        s--;
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* --- matching */

/* Compiles the pattern at index into a userdata left on the stack. */
static const struct pattern *pattern_push(lua_State *L, int index, bool may_anchor)
{
    size_t length;
    const char *text = luaL_checklstring(L, index, &length);
    struct pattern *p = lua_newuserdatauv(L, sizeof *p, 0);
    const char *error = pattern_read(p, text, length, may_anchor);
    if (error) luaL_error(L, "%s", error);
    return p;
}

/* One attempt at one place, paid for. */
static const char *attempt(lua_State *L, const struct pattern *p, struct pattern_match *m,
                           const char *at)
{
    uint64_t before = m->steps;
    const char *end = pattern_match(p, m, at);
    if (m->spent) limits_trip(L, LIMIT_PATTERN);
    limits_work(L, (m->steps - before) / STEPS_PER_WORK);
    return end;
}

/* The first match at or after *at; moves *at there. */
static const char *search(lua_State *L, const struct pattern *p, struct pattern_match *m,
                          const char **at)
{
    m->steps = 0;
    for (;; ++*at) {
        const char *end = attempt(L, p, m, *at);
        if (end || p->anchored || *at >= m->subject_end) return end;
    }
}

static struct pattern_match match_open(const char *subject, size_t length)
{
    return (struct pattern_match){ .subject = subject,
                                   .subject_end = subject + length,
                                   .steps_max = SCRIPT_PATTERN_STEPS_MAX };
}

static void push_capture(lua_State *L, const struct pattern_match *m, uint32_t i)
{
    const struct pattern_capture *c = &m->captures[i];
    if (c->position)
        lua_pushinteger(L, (lua_Integer)(c->start - m->subject) + 1);
    else
        lua_pushlstring(L, c->start, (size_t)(c->end - c->start));
}

/* All captures, or the whole match when there are none; returns how many. */
static int push_captures(lua_State *L, const struct pattern *p, const struct pattern_match *m,
                         const char *start, const char *end)
{
    if (p->capture_count == 0) {
        lua_pushlstring(L, start, (size_t)(end - start));
        return 1;
    }
    luaL_checkstack(L, (int)p->capture_count, "too many captures");
    for (uint32_t i = 0; i < p->capture_count; i++)
        push_capture(L, m, i);
    return (int)p->capture_count;
}

/* Argument 3 as an offset into the subject; length + 1 when it is past the end. */
static size_t start_offset(lua_State *L, size_t length)
{
    lua_Integer init = luaL_optinteger(L, 3, 1);
    if (init > 0) return (uint64_t)init - 1 > length ? length + 1 : (size_t)init - 1;
    if (init == 0 || (uint64_t)0 - (uint64_t)init > length) return 0;
    return length - (size_t)((uint64_t)0 - (uint64_t)init);
}

static int find_plain(lua_State *L, const char *s, size_t length, size_t init)
{
    size_t n;
    const char *wanted = luaL_checklstring(L, 2, &n);
    limits_work(L, (length - init) / 16);
    const char *found = n ? memmem(s + init, length - init, wanted, n) : s + init;
    if (!found) return 0;
    lua_pushinteger(L, (lua_Integer)(found - s) + 1);
    lua_pushinteger(L, (lua_Integer)(found - s) + (lua_Integer)n);
    return 2;
}

static int find_or_match(lua_State *L, bool find)
{
    size_t length;
    const char *s = luaL_checklstring(L, 1, &length);
    size_t init = start_offset(L, length);
    int count = 0;
    if (init > length) {
        luaL_checkstring(L, 2);
    } else if (find && lua_toboolean(L, 4)) {
        count = find_plain(L, s, length, init);
    } else {
        const struct pattern *p = pattern_push(L, 2, true);
        struct pattern_match m = match_open(s, length);
        const char *at = s + init, *end = search(L, p, &m, &at);
        if (end && find) {
            lua_pushinteger(L, (lua_Integer)(at - s) + 1);
            lua_pushinteger(L, (lua_Integer)(end - s));
            count = 2 + (p->capture_count ? push_captures(L, p, &m, at, end) : 0);
        } else if (end) {
            count = push_captures(L, p, &m, at, end);
        }
    }
    if (count == 0) lua_pushnil(L);
    return count ? count : 1;
}

static int text_find(lua_State *L)
{
    return find_or_match(L, true);
}

static int text_match(lua_State *L)
{
    return find_or_match(L, false);
}

/* Upvalues: subject, pattern, where to go on, 1 + the end of the last match (as offsets). */
static int gmatch_step(lua_State *L)
{
    size_t length;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &length);
    const struct pattern *p = lua_touserdata(L, lua_upvalueindex(2));
    const char *at = s + lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct pattern_match m = match_open(s, length);
    for (; at <= m.subject_end; at++) {
        const char *end = search(L, p, &m, &at);
        if (!end) break;
        /* an empty match right after a match is part of that one */
        if ((lua_Integer)(end - s) + 1 == last) continue;
        lua_pushinteger(L, (lua_Integer)(end - s));
        lua_replace(L, lua_upvalueindex(3));
        lua_pushinteger(L, (lua_Integer)(end - s) + 1);
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(L, p, &m, at, end);
    }
    return 0;
}

static int text_gmatch(lua_State *L)
{
    size_t length;
    luaL_checklstring(L, 1, &length);
    size_t init = start_offset(L, length);
    lua_settop(L, 2);
    pattern_push(L, 2, false);
    lua_replace(L, 2);
    lua_pushinteger(L, (lua_Integer)init);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, gmatch_step, 4);
    return 1;
}

/* --- gsub */

static void add_template(lua_State *L, luaL_Buffer *b, const struct pattern *p,
                         const struct pattern_match *m, const char *start, const char *end)
{
    size_t length;
    const char *t = lua_tolstring(L, 3, &length);
    for (size_t i = 0; i < length; i++) {
        if (t[i] != '%') {
            luaL_addchar(b, t[i]);
            continue;
        }
        char c = ++i < length ? t[i] : '\0';
        if (c == '%') {
            luaL_addchar(b, '%');
        } else if (c == '0' || (c == '1' && p->capture_count == 0)) {
            luaL_addlstring(b, start, (size_t)(end - start));
        } else if (c >= '1' && c <= '9' && (uint32_t)(c - '1') < p->capture_count) {
            push_capture(L, m, (uint32_t)(c - '1'));
            luaL_addvalue(b);
        } else if (c >= '1' && c <= '9') {
            luaL_error(L, "invalid capture index %%%c in replacement string", c);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
}

static void add_replacement(lua_State *L, luaL_Buffer *b, const struct pattern *p,
                            const struct pattern_match *m, const char *start, const char *end)
{
    int type = lua_type(L, 3);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        add_template(L, b, p, m, start, end);
        return;
    }
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(L, p, m, start, end), 1);
    } else {
        int n = push_captures(L, p, m, start, end);
        lua_pop(L, n - 1);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(b, start, (size_t)(end - start));
        return;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(b);
}

static int text_gsub(lua_State *L)
{
    size_t length;
    const char *s = luaL_checklstring(L, 1, &length), *last = NULL;
    int type = lua_type(L, 3);
    luaL_argexpected(L,
                     type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TFUNCTION ||
                         type == LUA_TTABLE,
                     3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1), count = 0;
    lua_settop(L, 4);
    const struct pattern *p = pattern_push(L, 2, true);
    struct pattern_match m = match_open(s, length);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (const char *at = s; count < most;) {
        m.steps = 0;
        const char *end = attempt(L, p, &m, at);
        if (end && end != last) {
            count++;
            add_replacement(L, &b, p, &m, at, end);
            at = last = end;
        } else if (at < m.subject_end) {
            luaL_addchar(&b, *at++);
        } else {
            break;
        }
        s = at;
        if (p->anchored) break;
    }
    luaL_addlstring(&b, s, (size_t)(m.subject_end - s));
    luaL_pushresult(&b);
    lua_pushinteger(L, count);
    return 2;
}

void sandbox_open_text(lua_State *L)
{
    static const char *const stock[] = { "byte", "char", "len", "lower", "reverse", "sub", "upper" };
    static const luaL_Reg own[] = { { "find", text_find },     { "gmatch", text_gmatch },
                                    { "gsub", text_gsub },     { "match", text_match },
                                    { "rep", text_rep },       { NULL, NULL } };
    luaopen_string(L);
    luaL_newlib(L, own);
    for (size_t i = 0; i < sizeof stock / sizeof *stock; i++) {
        lua_getfield(L, -2, stock[i]);
        check(!lua_isnil(L, -1));
        lua_setfield(L, -2, stock[i]);
    }
    lua_getfield(L, -2, "format");
    lua_pushcclosure(L, text_formatted, 1);
    lua_setfield(L, -2, "format");
    lua_remove(L, -2);
}
