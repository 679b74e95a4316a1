/* limits.c - how much a script may take: instructions, memory, text, work in C, and time.
 *
 * The count hook charges VM instructions, the allocator charges bytes (copying text is work
 * that no hook sees), and C functions charge their own loops. Whoever finds the allowance
 * spent trips the script: the state is set so that every further instruction raises again,
 * and limits_pcall passes it on, so no pcall, __close or message handler outlives a limit.
 * Only the watchdog looks at a clock, and only to stop what nothing else stopped. */
#include "script/inside.h"

#include "base/memory.h" /* Lua's allocator must give back single blocks, which no arena does */

#include <stdio.h>
#include <string.h>
#include <time.h>

#define HOOK_INSTRUCTIONS 1000 /* often enough to stop soon, rarely enough to cost 1 % */
#define BYTES_PER_WORK 64      /* memcpy moves 64 bytes in about the time of one instruction */
#define ARGUMENTS_FREE 128 /* a call with fewer arguments costs what any call costs */
#define REFUSAL_WORK_BYTES 16  /* a refusal makes Lua collect: it walks all that is in use */

const struct script_limits script_limits_default = {
    .memory_bytes_max = (size_t)256 << 20,
    .load_instructions = 200000000,
    .hook_instructions = 10000000,
};

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- where we are, without allocating */

static void place_write(lua_State *L, char *out, size_t size)
{
    lua_Debug ar;
    out[0] = '\0';
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0) continue;
        snprintf(out, size, "%s:%d: ", ar.short_src, ar.currentline);
        return;
    }
}

static void refuse(struct script *s, enum limit limit)
{
    s->refusal = limit;
    s->refusal_count++;
    s->work += s->memory_bytes / REFUSAL_WORK_BYTES;
    if (s->lua) place_write(s->lua, s->refusal_place, sizeof s->refusal_place);
}

void *limits_allocate(void *script, void *old, size_t old_size, size_t new_size)
{
    struct script *s = script;
    bool is_text = !old && old_size == LUA_TSTRING; /* with no old block its size is a type */
    if (!old) old_size = 0;
    if (new_size == 0) {
        s->memory_bytes -= old_size;
        memory_free(old);
        return NULL;
    }
    if (is_text && new_size > SCRIPT_TEXT_BYTES_MAX + sizeof(void *) * 4) {
        refuse(s, LIMIT_TEXT);
        return NULL;
    }
    if (new_size > old_size) {
        if (new_size - old_size > s->limits.memory_bytes_max - s->memory_bytes) {
            refuse(s, LIMIT_MEMORY);
            return NULL;
        }
        s->asked_bytes += new_size - old_size;
    }
    s->memory_bytes += new_size - old_size;
    return memory_resize(old, new_size);
}

/* --- tripping */

static void limit_describe(const struct script *s, enum limit limit, char *out, size_t size)
{
    switch (limit) {
    case LIMIT_NONE:
        break;
    case LIMIT_INSTRUCTIONS:
        snprintf(out, size, "the script ran more than %llu instructions (an endless loop?)",
                 (unsigned long long)s->work_max);
        return;
    case LIMIT_MEMORY:
        snprintf(out, size, "the script needs more than %zu KiB of memory",
                 s->limits.memory_bytes_max >> 10);
        return;
    case LIMIT_TEXT:
        snprintf(out, size, "the script makes a text longer than %d KiB",
                 SCRIPT_TEXT_BYTES_MAX >> 10);
        return;
    case LIMIT_PATTERN:
        snprintf(out, size, "matching one pattern took more than %d steps (simplify the pattern)",
                 SCRIPT_PATTERN_STEPS_MAX);
        return;
    case LIMIT_VALUES:
        snprintf(out, size, "the scenario says more than %d values", SCRIPT_VALUES_MAX);
        return;
    case LIMIT_SECONDS:
        snprintf(out, size, "the script took more than %d s of processor time",
                 SCRIPT_SECONDS_MAX);
        return;
    }
    snprintf(out, size, "the script exceeded a limit");
}

static void again(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    lua_pushstring(L, script_of(L)->trip_text);
    lua_error(L);
}

static void limit_remember(struct script *s, enum limit limit, const char *place)
{
    if (s->tripped) return;
    s->tripped = limit;
    int n = snprintf(s->trip_text, sizeof s->trip_text, "%s", place);
    if (n < 0 || (size_t)n >= sizeof s->trip_text) n = 0;
    limit_describe(s, limit, s->trip_text + n, sizeof s->trip_text - (size_t)n);
    lua_sethook(s->lua, again, LUA_MASKCOUNT, 1);
}

_Noreturn void limits_trip(lua_State *L, enum limit limit)
{
    struct script *s = script_of(L);
    char place[sizeof s->refusal_place];
    place_write(L, place, sizeof place);
    limit_remember(s, limit, place);
    lua_pushstring(L, s->trip_text);
    lua_error(L);
    __builtin_unreachable();
}

/* --- counting */

static uint64_t work_done(const struct script *s)
{
    return s->work + s->asked_bytes / BYTES_PER_WORK;
}

static uint64_t limits_left(const struct script *s)
{
    uint64_t done = work_done(s);
    return done < s->work_max ? s->work_max - done : 0;
}

void limits_work(lua_State *L, uint64_t amount)
{
    struct script *s = script_of(L);
    s->work += amount;
    if (limits_left(s) == 0) limits_trip(L, LIMIT_INSTRUCTIONS);
}

static bool has_argument(lua_State *L, lua_Debug *ar, int number)
{
    if (!lua_getlocal(L, ar, -number)) return false;
    lua_pop(L, 1);
    return true;
}

/* One `f(...)` copies every argument in one instruction: when there are many, that is the work. */
static uint64_t argument_work(lua_State *L, lua_Debug *ar)
{
    if (!has_argument(L, ar, ARGUMENTS_FREE)) return 0;
    int known = ARGUMENTS_FREE;
    while (has_argument(L, ar, known * 2))
        known *= 2;
    return (uint64_t)known * HOOK_INSTRUCTIONS * sizeof(lua_Number) / BYTES_PER_WORK;
}

static void count(lua_State *L, lua_Debug *ar)
{
    struct script *s = script_of(L);
    limits_work(L, argument_work(L, ar));
    if (s->cpu_ns_start == 0) s->cpu_ns_start = cpu_ns(); /* most callbacks end before this */
    if (cpu_ns() - s->cpu_ns_start > SCRIPT_SECONDS_MAX * INT64_C(1000000000))
        limits_trip(L, LIMIT_SECONDS);
    limits_work(L, s->work_max < HOOK_INSTRUCTIONS ? s->work_max : HOOK_INSTRUCTIONS);
}

void limits_start(struct script *s, uint64_t work_max)
{
    s->work = 0;
    s->asked_bytes = 0;
    s->work_max = work_max ? work_max : 1;
    s->cpu_ns_start = 0;
    uint64_t every = s->work_max < HOOK_INSTRUCTIONS ? s->work_max : HOOK_INSTRUCTIONS;
    lua_sethook(s->lua, count, LUA_MASKCOUNT, (int)every);
}

struct allowance limits_pause(const struct script *s)
{
    return (struct allowance){ s->work, s->work_max, s->asked_bytes, s->cpu_ns_start };
}

void limits_go_on(struct script *s, struct allowance a)
{
    if (s->tripped) return; /* its hook stays */
    limits_start(s, a.work_max);
    s->work = a.work;
    s->asked_bytes = a.asked_bytes;
    s->cpu_ns_start = a.cpu_ns_start;
}

/* --- calling */

/* luaL_Buffer raises its own plain text when the allocator says no, not LUA_ERRMEM. */
static bool is_memory_text(lua_State *L)
{
    return lua_type(L, -1) == LUA_TSTRING &&
           !strcmp(lua_tostring(L, -1), "not enough memory");
}

int limits_pcall(lua_State *L, int arguments, int results, int handler)
{
    struct script *s = script_of(L);
    uint32_t refusals = s->refusal_count;
    int status = lua_pcall(L, arguments, results, handler);
    if (status == LUA_OK) return status;
    bool refused = s->refusal_count != refusals && (status == LUA_ERRMEM || is_memory_text(L));
    if (refused) limit_remember(s, s->refusal, s->refusal_place);
    return status;
}
