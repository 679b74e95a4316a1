/* script_run.h - a scenario in Lua, run in a test as `orrery run` would: its trace, its rows, or why
 * it failed. Every room's check runs after every event. */
#ifndef SUPPORT_SCRIPT_RUN_H
#define SUPPORT_SCRIPT_RUN_H

#include "cloud.h"

#include "script/script.h"

struct script_run {
    struct scenario s;
    struct script_files *files;
    char *trace;
    size_t trace_length;
    FILE *out;
    const char *failure; /* NULL: it ran to its end */
    uint64_t digest;
    bool traced;
};

static inline void script_world(struct script_run *r, uint64_t seed)
{
    struct scenario *s = &r->s;
    const struct run_spec *run = document_singleton(s->doc, "run");
    struct world_options options = { .seed = seed,
                                     .warmup_ns = run->warmup_ns,
                                     .duration_ns = run->duration_ns,
                                     .check_every_event = true };
    s->rec = recorder_open(s->arena, r->traced ? r->out : NULL);
    struct hook_door door = script_door(r->files, &script_limits_default, seed_key(seed, 0),
                                        world_now);
    s->w = world_open(s->doc, &options, s->rec, door, s->diag);
}

/* Fails the test when the scenario is refused. Untraced calls may take shorter ways. */
static inline struct script_run *script_run_traced(const char *lua, uint64_t seed, bool traced)
{
    struct script_run *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->s.arena = arena_open();
    r->files = script_files_open(r->s.arena, "test.lua", lua, strlen(lua));
    r->s.diag = diag_open();
    r->traced = traced;
    r->out = open_memstream(&r->trace, &r->trace_length);
    bool hooks;
    const char *title;
    struct value *root =
        script_load(r->s.arena, r->files, &script_limits_default, r->s.diag, &hooks, &title);
    if (root) r->s.doc = document_load(r->s.arena, root, "test.lua", "a test", r->s.diag);
    if (r->s.doc) script_world(r, seed);
    scenario_say(&r->s);
    if (!r->s.w) print_error("%s", text_data(&r->s.said));
    assert_non_null(r->s.w);
    if (!world_run(r->s.w, INT64_MAX)) r->failure = world_failure(r->s.w);
    if (!r->failure) world_report(r->s.w);
    r->digest = world_digest(r->s.w);
    recorder_close(r->s.rec);
    fflush(r->out);
    return r;
}

static inline struct script_run *script_run(const char *lua, uint64_t seed)
{
    return script_run_traced(lua, seed, true);
}

static inline void script_run_close(struct script_run *r)
{
    scenario_close(&r->s);
    fclose(r->out);
    free(r->trace);
    free(r);
}

/* The lines of the trace whose kind is among these (NULL-terminated), one after another. */
static inline char *script_lines(const struct script_run *r, const char *const *kinds)
{
    struct text t = { 0 };
    for (const char *line = r->trace; line && *line;) {
        const char *end = strchr(line, '\n');
        size_t length = (size_t)(end - line);
        /* Not strstr: the address sanitizer's measures the rest of the trace at each call. */
        const char *kind = memmem(line, length, "  ", 2);
        assert_non_null(kind);
        for (const char *const *k = kinds; *k; k++)
            if (strncmp(kind + 2, *k, strlen(*k)) == 0 && kind[2 + strlen(*k)] == ' ') {
                text_add_n(&t, line, length + 1);
                break;
            }
        line = end + 1;
    }
    char *lines = strdup(text_data(&t));
    text_close(&t);
    return lines;
}

#endif
