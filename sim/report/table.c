/* table.c - the result as a person reads it: verdict first, then figures, then what happened.
 *
 * Everything here but the wall time is a function of (scenario, seed), so goldens can pin it. */
#include "report/report.h"

#include "base/arena.h"
#include "orrery/time.h"
#include "report/grid.h"
#include "report/number.h"
#include "report/sections.h"

#include <stdlib.h>
#include <string.h>

/* More notable events than this are a flood: the file has them all. */
#define TABLE_EVENTS_MAX 30

static const char *painted(struct arena *a, const struct report_options *o, const char *code,
                           const char *s)
{
    return o->color ? arena_format(a, "\x1b[%sm%s\x1b[0m", code, s) : s;
}

static const char *one_line(struct arena *a, const char *s)
{
    struct text line = { 0 };
    text_add_line(&line, s);
    const char *kept = arena_text(a, text_data(&line));
    text_close(&line);
    return kept;
}

static void add_head(struct arena *a, const struct result *r, const struct report_options *o,
                     struct text *out)
{
    char simulated[NUMBER_BYTES], wall[NUMBER_BYTES], events[NUMBER_BYTES];
    number_print_seconds(ns_to_s(r->simulated_ns), simulated);
    number_print_seconds(strtod(result_provenance(r, "wall_s"), NULL), wall);
    number_print((double)r->events, events);
    text_format(out, "%s  seed %s  digest %s", painted(a, o, "1", one_line(a, r->scenario)),
                r->seed, r->digest);
    if (r->replications > 1)
        text_format(out, "  %u x %s simulated in %s", r->finished, simulated, wall);
    else
        text_format(out, "  %s simulated in %s", simulated, wall);
    text_format(out, "  %s events\n", events);
    if (strcmp(r->title, r->scenario) != 0) text_format(out, "%s\n", one_line(a, r->title));
    for (uint32_t i = 0; i < r->finding_count; i++)
        text_format(out, "%s %s\n", painted(a, o, "33", "note:"), one_line(a, r->findings[i]));
}

static const char *place_of(struct arena *a, const struct result_expectation *e)
{
    return e->line ? arena_format(a, "%s:%u", e->file, e->line) : e->file;
}

static void add_expectations(struct arena *a, const struct result *r,
                             const struct report_options *o, struct text *out)
{
    if (!r->expectation_count) return;
    struct grid g;
    grid_open(&g, a, 5);
    g.left_columns = 5;
    const char **row = grid_add_row(&g);
    row[1] = "expectations";
    row[2] = "target";
    row[3] = "observed";
    for (uint32_t i = 0; i < r->expectation_count; i++) {
        const struct result_expectation *e = &r->expectations[i];
        row = grid_add_row(&g);
        row[0] = e->pass ? "pass" : "FAIL";
        row[1] = e->name;
        row[2] = e->target;
        row[3] = e->observed_text;
        row[4] = e->pass ? NULL : place_of(a, e);
    }
    struct text plain = { 0 };
    grid_print(&g, "", &plain);
    text_add(out, "\n");
    /* Paint after aligning: an escape has no width. */
    for (char *line = plain.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        bool pass = strncmp(line, "pass", 4) == 0, failed = strncmp(line, "FAIL", 4) == 0;
        if (pass || failed)
            text_add(out, painted(a, o, pass ? "32" : "1;31", pass ? "pass" : "FAIL"));
        text_add_n(out, line + (pass || failed ? 4 : 0),
                   (size_t)(end - line) - (pass || failed ? 4 : 0) + 1);
    }
    text_close(&plain);
}

static void add_sections(struct arena *a, const struct result *r, struct text *out)
{
    uint32_t count;
    const struct section_table *tables = sections_build(a, r, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct grid *g = &tables[i].grid;
        text_add(out, "\n");
        grid_print(g, "", out);
        for (uint32_t row = 1; row < g->row_count; row++) {
            const char *object = g->cells[(size_t)row * g->column_count];
            const char *endings = section_endings(a, r, tables[i].name, object);
            if (*endings) text_format(out, "  %s ended: %s\n", object, endings);
        }
    }
}

static void add_cost(struct arena *a, const struct result *r, struct text *out)
{
    const char *cost = section_cost(a, r);
    if (*cost) text_format(out, "\ncost  %s\n", cost);
}

static void add_events(struct arena *a, const struct result *r, struct text *out)
{
    if (!r->event_count) return;
    struct grid g;
    grid_open(&g, a, 4);
    g.left_columns = 4;
    grid_add_row(&g)[0] = r->finished > 1 ? "events of the first replication" : "events";
    uint32_t shown = r->event_count < TABLE_EVENTS_MAX ? r->event_count : TABLE_EVENTS_MAX;
    for (uint32_t i = 0; i < shown; i++) {
        const struct result_event *e = &r->timeline[i];
        const char **row = grid_add_row(&g);
        row[0] = arena_format(a, "%.3fs", e->t_s);
        row[1] = e->kind;
        row[2] = e->object;
        row[3] = e->text;
    }
    struct text lines = { 0 };
    g.cells[0] = NULL; /* the heading is longer than any time */
    grid_print(&g, "  ", &lines);
    text_format(out, "\n%s", r->finished > 1 ? "events of the first replication" : "events");
    text_add(out, strchr(text_data(&lines), '\n'));
    text_close(&lines);
    if (shown < r->event_total) text_format(out, "  and %u more\n", r->event_total - shown);
}

/* One command, the most useful next one. */
static void add_next(const struct result *r, const struct report_options *o, struct text *out)
{
    bool failed = false;
    for (uint32_t i = 0; i < r->expectation_count; i++)
        failed = failed || !r->expectations[i].pass;
    text_add(out, "\nnext: orrery ");
    text_add(out, !o->file ? "run " : failed ? "plot timeline " : "plot latency ");
    text_add_word(out, o->file ? o->file : r->scenario);
    if (o->file)
        text_add(out, "\n");
    else if (failed)
        text_format(out, " --seed %s --out run.db --plot\n", r->seed);
    else if (r->replications == 1)
        text_add(out, " --reps 10 -j 2\n");
    else
        text_format(out, " --reps %u --out run.db\n", r->replications);
}

void report_table(const struct result *r, const struct report_options *o, struct text *out)
{
    struct arena *a = arena_open();
    add_head(a, r, o, out);
    add_expectations(a, r, o, out);
    add_sections(a, r, out);
    add_cost(a, r, out);
    add_events(a, r, out);
    add_next(r, o, out);
    arena_close(a);
}
