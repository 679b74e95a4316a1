/* door.c - callbacks: from a number to a Lua function, and back out through verbs.
 *
 * A door reads the scenario again for its world alone, so functions have the numbers that the
 * loader gave them and no two threads share a Lua state. A callback may act only through the
 * handle `w`, which dies with the call; a policy is asked and has no handle. Callbacks nest: what
 * one does can make a policy be asked. After a failure the door stays shut. */
#include "script/inside.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define METATABLE "orrery.handle"
#define STATES "orrery.states" /* registry: the tables that policies keep */
#define ARGUMENTS_MAX 16

struct handle {
    uint64_t turn; /* the callback it was made for */
};

struct door {
    struct arena *arena;
    struct diag *diag;
    struct script *script;
    bool shut;
    struct text message;
};

/* What one callback was given, and gives back. */
struct visit {
    const struct hook_question *question;
    bool handle; /* its first argument is w */
    struct argument *result;
};

/* --- the handle's methods */

static void handle_check(lua_State *L, const char *name)
{
    struct script *s = script_of(L);
    struct handle *h = luaL_testudata(L, 1, METATABLE);
    if (!h) luaL_error(L, "call it with a colon: w:%s(...)", name);
    if (!s->world || h->turn != s->turn)
        luaL_error(L, "this handle belongs to a callback that has returned; "
                      "use the one that this callback was given");
}

static const char *argument_fault(lua_State *L, int index, char letter)
{
    int type = lua_type(L, index);
    size_t n;
    switch (letter | 32) {
    case 't':
        if (type != LUA_TSTRING) return "must be text";
        lua_tolstring(L, index, &n);
        if (strlen(lua_tostring(L, index)) != n) return "contains a NUL byte";
        return text_is_utf8(lua_tostring(L, index), n) ? NULL : "is not valid UTF-8";
    case 'n':
        if (type != LUA_TNUMBER) return "must be a number";
        return isfinite(lua_tonumber(L, index)) ? NULL : "must be finite";
    default:
        return type == LUA_TBOOLEAN ? NULL : "must be true or false";
    }
}

static struct argument argument_read(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        return (struct argument){ .type = ARGUMENT_TEXT, .text = lua_tostring(L, index) };
    case LUA_TNUMBER:
        return (struct argument){ .type = ARGUMENT_NUMBER, .number = lua_tonumber(L, index) };
    default:
        return (struct argument){ .type = ARGUMENT_BOOL, .boolean = lua_toboolean(L, index) };
    }
}

/* Reads arguments by the verb's signature; an optional one may be left out or nil. */
static uint32_t arguments_read(lua_State *L, const struct verb *v, struct argument *out)
{
    uint32_t n = (uint32_t)strlen(v->signature), given = (uint32_t)lua_gettop(L) - 1;
    check(n <= ARGUMENTS_MAX);
    if (given > n) luaL_error(L, "too many arguments: %s", v->usage);
    for (uint32_t i = 0; i < n; i++) {
        int index = (int)i + 2;
        bool optional = v->signature[i] >= 'A' && v->signature[i] <= 'Z';
        out[i] = (struct argument){ .type = ARGUMENT_NONE };
        if (lua_isnoneornil(L, index) && optional) continue;
        if (lua_isnoneornil(L, index)) luaL_error(L, "argument %d is missing: %s", i + 1, v->usage);
        const char *fault = argument_fault(L, index, v->signature[i]);
        if (fault) luaL_error(L, "argument %d %s: %s", i + 1, fault, v->usage);
        out[i] = argument_read(L, index);
    }
    return n;
}

static void state_push(lua_State *L, uint32_t number)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, STATES);
    if (lua_rawgeti(L, -1, number) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, number);
    }
    lua_remove(L, -2);
}

static void number_push(lua_State *L, double number)
{
    lua_Integer whole;
    if (lua_numbertointeger(number, &whole) && (double)whole == number)
        lua_pushinteger(L, whole); /* so that 3 replicas print as 3, not 3.0 */
    else
        lua_pushnumber(L, number);
}

static void numbers_push(lua_State *L, const struct argument *a)
{
    lua_createtable(L, (int)a->count, 0);
    for (uint32_t i = 0; i < a->count; i++) {
        lua_pushnumber(L, a->numbers[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

void argument_push(lua_State *L, const struct argument *a, uint32_t position)
{
    switch (a->type) {
    case ARGUMENT_NONE:
        lua_pushnil(L);
        return;
    case ARGUMENT_NUMBER:
        number_push(L, a->number);
        return;
    case ARGUMENT_TEXT:
        lua_pushstring(L, a->text);
        return;
    case ARGUMENT_BOOL:
        lua_pushboolean(L, a->boolean);
        return;
    case ARGUMENT_NUMBERS:
        numbers_push(L, a);
        return;
    case ARGUMENT_STATE:
        state_push(L, a->count);
        return;
    case ARGUMENT_RECORD:
    case ARGUMENT_RECORDS:
        records_push(L, a->records, position, a->type == ARGUMENT_RECORD);
        return;
    }
}

/* Upvalue: the verb. */
static int verb_call(lua_State *L)
{
    const struct verb *v = lua_touserdata(L, lua_upvalueindex(1));
    struct script *s = script_of(L);
    struct argument arguments[ARGUMENTS_MAX], result = { .type = ARGUMENT_NONE };
    char error[256] = "";
    handle_check(L, v->name);
    uint32_t n = arguments_read(L, v, arguments);
    if (!v->act(s->world, arguments, n, &result, error, sizeof error))
        return luaL_error(L, "%s (%s)", error, v->usage);
    argument_push(L, &result, 0);
    return 1;
}

static int handle_index_missing(lua_State *L)
{
    struct script *s = script_of(L);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    const char *names[64];
    uint32_t n = 0;
    for (; n < s->words.verb_count && n < 64; n++)
        names[n] = s->words.verbs[n]->name;
    const char *near = text_nearest(name, names, n);
    return near ? luaL_error(L, "w has no method '%s' (did you mean '%s'?)", name, near)
                : luaL_error(L, "w has no method '%s'", name);
}

static int handle_assign(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L,
                      "w.%s cannot be assigned: keep what a callback remembers in a local "
                      "outside of it",
                      name);
}

void door_open_handle(lua_State *L)
{
    const struct vocabulary *words = &script_of(L)->words;
    luaL_newmetatable(L, METATABLE);
    lua_newtable(L);
    for (uint32_t i = 0; i < words->verb_count; i++) {
        lua_pushlightuserdata(L, (void *)words->verbs[i]);
        lua_pushcclosure(L, verb_call, 1);
        lua_setfield(L, -2, words->verbs[i]->name);
    }
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, handle_index_missing);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, handle_assign);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "handle");
    lua_setfield(L, -2, "__name");
    lua_pop(L, 1);
}

/* --- calling */

static void result_read(lua_State *L, struct argument *result)
{
    *result = (struct argument){ .type = ARGUMENT_NONE };
    switch (lua_type(L, -1)) {
    case LUA_TNIL:
        return;
    case LUA_TBOOLEAN:
        break;
    case LUA_TNUMBER:
        if (!isfinite(lua_tonumber(L, -1))) luaL_error(L, "a callback returned nan or infinity");
        break;
    case LUA_TSTRING: /* kept in the registry until the next callback, as the caller reads it */
        lua_pushvalue(L, -1);
        lua_setfield(L, LUA_REGISTRYINDEX, "orrery.result");
        break;
    default:
        luaL_error(L, "a callback returned a %s; it may return a number, a text or a boolean",
                   luaL_typename(L, -1));
    }
    const char *fault = lua_type(L, -1) == LUA_TSTRING ? argument_fault(L, -1, 't') : NULL;
    if (fault) luaL_error(L, "the text a callback returned %s", fault);
    *result = argument_read(L, -1);
}

/* Raises an error at the function's first line: it has returned, so no line of it is running. */
static void answer_refuse(lua_State *L, uint32_t function, const char *wanted)
{
    lua_Debug ar;
    const char *answer = sandbox_tostring(L, -1);
    convert_function_push(L, function);
    lua_getinfo(L, ">S", &ar);
    const char *message = lua_pushfstring(L, "%s:%d: this function answered %s; it must answer %s",
                                          ar.short_src, ar.linedefined, answer, wanted);
    lua_pushstring(L, message);
    lua_error(L);
}

/* The answer on top must be of the sort that was asked for. */
static void answer_check(lua_State *L, const struct hook_question *q)
{
    char wanted[80] = "true, or false, or a text that says why not";
    int type = lua_type(L, -1), whole = 0;
    bool good = true;
    if (q->answer == ANSWER_INDEX) {
        lua_Integer index = type == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
        good = whole && index >= 0 && index <= (lua_Integer)q->index_max;
        snprintf(wanted, sizeof wanted, "a whole number from 1 to %u, or 0 for none",
                 q->index_max);
    } else if (q->answer == ANSWER_VERDICT) {
        good = type == LUA_TBOOLEAN || type == LUA_TSTRING;
    }
    if (!good) answer_refuse(L, q->function, wanted);
}

static void handle_push(lua_State *L)
{
    struct handle *h = lua_newuserdatauv(L, sizeof *h, 0);
    h->turn = script_of(L)->turn;
    luaL_setmetatable(L, METATABLE);
}

static int visit_run(lua_State *L)
{
    struct visit *v = lua_touserdata(L, 1);
    const struct hook_question *q = v->question;
    struct argument ignored;
    if (!convert_function_push(L, q->function))
        return luaL_error(L, "there is no callback number %d: did the file change?",
                          (int)q->function);
    if (v->handle) handle_push(L);
    luaL_checkstack(L, (int)q->count + 4, "callback");
    for (uint32_t i = 0; i < q->count; i++)
        argument_push(L, &q->arguments[i], i);
    lua_call(L, (int)q->count + v->handle, 1);
    answer_check(L, q);
    result_read(L, v->result ? v->result : &ignored);
    return 0;
}

static void door_fail(struct door *door, const struct world *w)
{
    struct script *s = door->script;
    char time[40];
    door->shut = true;
    text_format(&door->message, "%s:%u: %s", s->failure_at.file ? s->failure_at.file : s->file,
                s->failure_at.line, text_data(&s->failure));
    if (s->now && w)
        text_format(&door->message, " (at %s of virtual time)",
                    units_print_duration(s->now(w), time));
    if (s->trace.length) text_format(&door->message, "\n%s", text_data(&s->trace));
}

/* What belongs to the callback that runs now, kept aside while another runs inside it. */
struct outer {
    struct world *world;
    uint64_t turn;
    struct allowance allowance;
    struct rng rng;
};

static struct outer enter(struct script *s, struct world *w, struct rng *rng)
{
    struct outer outer = { s->world, s->turn, limits_pause(s), s->rng };
    s->world = w;
    s->turn = ++s->turn_count;
    if (rng) s->rng = *rng;
    limits_start(s, s->limits.hook_instructions);
    return outer;
}

static void leave(struct script *s, const struct outer *outer, struct rng *rng)
{
    if (rng) {
        *rng = s->rng;
        s->rng = outer->rng;
    }
    s->world = outer->world;
    s->turn = outer->turn;
    if (outer->world) limits_go_on(s, outer->allowance);
}

static bool door_visit(struct door *door, struct world *w, struct visit *visit)
{
    struct script *s = door->script;
    struct rng *rng = visit->question->rng;
    if (door->shut) return false;
    struct outer outer = enter(s, w, rng);
    lua_pushcfunction(s->lua, visit_run);
    lua_pushlightuserdata(s->lua, visit);
    bool ok = failure_run(s, 1, 0);
    leave(s, &outer, rng);
    if (!ok && !door->shut) door_fail(door, w);
    return !door->shut; /* one inside may have failed */
}

static bool door_call(void *state, uint32_t function, struct world *w,
                      const struct argument *arguments, uint32_t count, struct argument *result)
{
    struct hook_question q = { .function = function, .arguments = arguments, .count = count };
    struct visit visit = { .question = &q, .handle = true, .result = result };
    return door_visit(state, w, &visit);
}

static bool door_ask(void *state, const struct hook_question *question, struct world *w,
                     struct argument *result)
{
    struct visit visit = { .question = question, .result = result };
    return door_visit(state, w, &visit);
}

static const char *door_failure(void *state)
{
    return text_data(&((struct door *)state)->message);
}

static void door_close(void *state)
{
    struct door *door = state;
    script_close(door->script);
    diag_close(door->diag);
    text_close(&door->message);
    arena_close(door->arena);
}

struct hook_door script_door_words(const struct script_files *files,
                                   const struct script_limits *limits,
                                   const struct vocabulary *words, uint64_t seed_key,
                                   int64_t (*now)(const struct world *w))
{
    struct arena *a = arena_open();
    struct door *door = arena_alloc(a, sizeof *door);
    door->arena = a;
    door->diag = diag_open();
    door->script = script_open(a, a, files, limits, words, door->diag);
    if (!script_run(door->script)) {
        door_close(door);
        return (struct hook_door){ 0 };
    }
    door->script->now = now;
    door->script->rng = rng_open(stream_key(seed_key, "script", "callbacks"));
    return (struct hook_door){
        .state = door,
        .call = door_call,
        .ask = door_ask,
        .failure = door_failure,
        .close = door_close,
    };
}
