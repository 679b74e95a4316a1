/* failure.c - calling Lua from C, and what went wrong when it fails.
 *
 * Every entry into a script passes here, so no Lua error can reach the panic handler. Lua's
 * "file:line: text" is taken apart again: the place is what a diag wants. */
#include "script/inside.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_LEVELS_MAX 12

/* --- the trace */

static const char *level_name(const lua_Debug *ar)
{
    if (!strcmp(ar->what, "main")) return "the file";
    return ar->name ? ar->name : "a function";
}

static void trace_build(lua_State *L, struct text *out)
{
    lua_Debug ar;
    uint32_t shown = 0;
    out->length = 0;
    for (int level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sln", &ar);
        if (ar.currentline <= 0) continue;
        if (++shown > TRACE_LEVELS_MAX) { /* a stack may be 200,000 deep: do not walk it */
            text_add(out, "\n  ...");
            return;
        }
        text_format(out, "%s  %s:%d: in %s", out->length ? "\n" : "", ar.short_src, ar.currentline,
                    level_name(&ar));
    }
}

/* --- the message */

static int call_tostring(lua_State *L)
{
    sandbox_tostring(L, 1);
    return 1;
}

/* Replaces an error that is no text by one that is; its __tostring may itself fail. */
static void describe_error(lua_State *L)
{
    const char *type = luaL_typename(L, 1);
    bool speaks = luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL;
    lua_settop(L, 1);
    lua_pushcfunction(L, call_tostring);
    lua_pushvalue(L, 1);
    if (speaks && limits_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) {
        lua_replace(L, 1);
    } else {
        lua_pushfstring(L, "the error is not text but a %s", type);
        lua_replace(L, 1);
    }
    lua_settop(L, 1);
}

static int on_error(lua_State *L)
{
    struct script *s = script_of(L);
    trace_build(L, &s->trace);
    s->failure_at = source_here(L, NULL); /* unless the message itself names a place */
    if (lua_type(L, 1) == LUA_TNUMBER)
        lua_tostring(L, 1);
    else if (lua_type(L, 1) != LUA_TSTRING)
        describe_error(L);
    return 1;
}

/* "name:12: text" where name is one of our files: moves past it. */
static const char *place_split(struct script *s, const char *message, struct place *at)
{
    for (const char *colon = strchr(message, ':'); colon; colon = strchr(colon + 1, ':')) {
        const struct source *src = source_find(s, message, (size_t)(colon - message));
        char *end;
        if (!src || colon[1] < '0' || colon[1] > '9') continue;
        unsigned long line = strtoul(colon + 1, &end, 10);
        if (*end != ':') continue;
        *at = (struct place){ src->file, (uint32_t)line };
        return end[1] == ' ' ? end + 2 : end + 1;
    }
    return message;
}

/* Texts of scripts may be any bytes; a diag wants UTF-8 and one line of sane length. */
static void message_set(struct script *s, const char *message, size_t length)
{
    size_t n = length < 1000 ? length : 1000;
    s->failure.length = 0;
    if (!text_is_utf8(message, n)) n = 0;
    text_add_n(&s->failure, message, n);
    for (size_t i = 0; i < n; i++) { /* a text of a script may hold what a terminal obeys */
        unsigned char c = (unsigned char)s->failure.data[i];
        if (c < 0x20 || c == 0x7f) s->failure.data[i] = ' ';
    }
    if (n == 0) text_add(&s->failure, "the error's text is not valid UTF-8");
}

static void failure_keep(struct script *s, int status)
{
    lua_State *L = s->lua;
    struct place at = s->failure_at;
    const char *message = NULL;
    if (s->tripped)
        message = s->trip_text;
    else if (lua_type(L, -1) == LUA_TSTRING)
        message = lua_tostring(L, -1);
    else
        message = status == LUA_ERRERR ? "error in error handling" : "unknown error";
    message = place_split(s, message, &at);
    message_set(s, message, strlen(message));
    s->failure_at = at;
    lua_pop(L, 1);
}

bool failure_run(struct script *s, int arguments, int results)
{
    lua_State *L = s->lua;
    s->trace.length = 0;
    s->failure_at = (struct place){ NULL, 0 };
    int handler = lua_gettop(L) - arguments;
    lua_pushcfunction(L, on_error);
    lua_insert(L, handler);
    int status = limits_pcall(L, arguments, results, handler);
    if (status != LUA_OK) failure_keep(s, status);
    lua_remove(L, handler);
    return status == LUA_OK;
}
