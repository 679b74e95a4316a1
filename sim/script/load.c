/* load.c - one script from its file to its value tree.
 *
 * Opening, running and reading all happen inside protected calls under the limits. What went
 * wrong is in the diag; a script with errors gives no tree. */
#include "script/inside.h"

#include "base/arena.h"

#include <string.h>

/* Load-time chance is the same in every replication: a scenario's shape has no seed. */
#define LOAD_STREAM "scenario"

static int open_libraries(lua_State *L)
{
    lua_gc(L, LUA_GCSTOP); /* nothing to collect yet, and less to go wrong */
    missing_open(L);
    sandbox_open(L);
    construct_open(L);
    door_open_handle(L);
    records_open(L);
    sandbox_environment(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "orrery.environment");
    lua_gc(L, LUA_GCRESTART);
    return 0;
}

struct script *script_open(struct arena *a, struct arena *scratch, const struct script_files *files,
                           const struct script_limits *limits, const struct vocabulary *words,
                           struct diag *d)
{
    struct script *s = arena_alloc(scratch, sizeof *s);
    *s = (struct script){
        .arena = a, .scratch = scratch, .diag = d, .words = *words, .files = files
    };
    s->limits = limits ? *limits : script_limits_default;
    s->file = arena_text(a, files->file);
    const char *slash = strrchr(s->file, '/');
    s->folder = !slash             ? "."
                : slash == s->file ? "/"
                                   : arena_text_n(scratch, s->file, (size_t)(slash - s->file));
    s->rng = rng_open(hash_text(LOAD_STREAM));
    s->loading = true;
    s->root = value_list(a, (struct place){ s->file, 1 });
    s->lua = lua_newstate(limits_allocate, s);
    if (!s->lua) return s;
    *(struct script **)lua_getextraspace(s->lua) = s;
    return s;
}

void script_close(struct script *s)
{
    if (s->lua) lua_close(s->lua);
    s->lua = NULL;
    text_close(&s->trace);
    text_close(&s->failure);
}

/* Runs `src`, which is an upvalue of nothing: it waits in the script. */
static int run_source(lua_State *L)
{
    struct source *src = lua_touserdata(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, "orrery.environment");
    source_push(L, src, lua_gettop(L));
    lua_call(L, 0, 0);
    return 0;
}

/* Who called what failed, for the hint: the trace without its first line. */
static const char *callers_hint(struct script *s)
{
    const char *rest = s->trace.length ? strchr(text_data(&s->trace), '\n') : NULL;
    if (!rest) return NULL;
    char *hint = arena_format(s->scratch, "called from%s", rest + 2);
    for (char *c = hint; *c; c++)
        if (*c == '\n') *c = ',';
    return hint;
}

static void failure_tell(struct script *s)
{
    struct place at = s->failure_at;
    if (!at.file) at.file = s->file;
    diag_error(s->diag, at, NULL, callers_hint(s), "%s", text_data(&s->failure));
}

static void incomplete_tell(struct script *s)
{
    for (const struct said *said = s->said; said; said = said->next) {
        if (said->complete) continue;
        const struct value *name = value_get(said->value, "name");
        diag_error(s->diag, said->value->at, said->kind->name,
                   "follow the name by a table, as in { ... }", "'%s' has no table",
                   name && name->text ? name->text : "");
    }
}

static struct source *first_source(struct script *s)
{
    char error[256];
    struct source *src = source_main(s, error, sizeof error);
    if (!src)
        diag_error(s->diag, (struct place){ s->file, 0 }, NULL, NULL, "the scenario %s", error);
    return src;
}

bool script_run(struct script *s)
{
    struct place at = { s->file, 0 };
    uint32_t errors = diag_error_count(s->diag);
    if (!s->lua) {
        diag_error(s->diag, at, NULL, NULL, "the script's memory limit is too low to start Lua");
        return false;
    }
    struct source *src = first_source(s);
    if (!src || !source_check(s, src)) return false;
    s->title = source_title(s->arena, src);
    s->running = src;
    limits_start(s, UINT64_MAX);
    lua_pushcfunction(s->lua, open_libraries);
    bool ran = failure_run(s, 0, 0);
    if (ran) {
        limits_start(s, s->limits.load_instructions);
        lua_pushcfunction(s->lua, run_source);
        lua_pushlightuserdata(s->lua, src);
        ran = failure_run(s, 1, 0);
    }
    s->loading = false;
    s->ran = ran;
    if (!ran) failure_tell(s);
    if (ran && s->missing_count == 0) incomplete_tell(s);
    if (diag_error_count(s->diag) == errors && s->root->list_count == 0)
        diag_error(s->diag, at, NULL, "start with run { duration = \"1m\" }",
                   "the scenario says nothing");
    return diag_error_count(s->diag) == errors;
}

struct value *script_load_words(struct arena *a, struct script_files *files,
                                const struct script_limits *limits, const struct vocabulary *words,
                                struct diag *d, bool *has_hooks, const char **title)
{
    struct arena *scratch = arena_open();
    struct script *s = script_open(a, scratch, files, limits, words, d);
    s->keeping = files;
    bool good = script_run(s);
    files->complete = true;
    struct value *root = good || s->ran ? s->root : NULL;
    if (root) root->boolean = !good;
    if (has_hooks) *has_hooks = s->function_count > 0;
    if (title) *title = s->title;
    script_close(s);
    arena_close(scratch);
    return root;
}
