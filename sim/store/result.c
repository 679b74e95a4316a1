/* result.c - an experiment out of its tables.
 *
 * Means are Welford sums in order of replication, so a reader years later prints the same
 * digits; the interval is Student's t with n - 1 degrees of freedom. */
#include "store/result.h"

#include "base/arena.h"
#include "base/map.h"
#include "engine/summary.h"
#include "orrery/probe.h"
#include "store/database.h"

#include <string.h>

#define FIRST_ROWS 64

/* Grows *items to hold one more; rows of a result are few enough to copy when they double. */
static void *add_row(struct arena *a, void *items, uint32_t count, size_t size)
{
    if (count == 0) return arena_alloc(a, FIRST_ROWS * size);
    if (count < FIRST_ROWS || (count & (count - 1)) != 0) return items;
    return arena_grow(a, items, count * size, 2 * count * size);
}

bool result_is_map_key(const char *metric)
{
    return strncmp(metric, "by_", 3) == 0 || strstr(metric, ".by_") != NULL;
}

static void figure_finish(struct result_figure *f, struct welford w, uint32_t finished)
{
    bool absent_is_0 = result_is_map_key(f->metric) || strcmp(f->unit, UNIT_COUNT) == 0;
    while (absent_is_0 && w.count < finished)
        welford_add(&w, 0);
    struct interval i = welford_interval(&w, 0.95);
    double half = w.count < 2 ? 0 : i.half_width;
    f->mean = i.mean;
    f->ci95_low = i.mean - half;
    f->ci95_high = i.mean + half;
    f->n = (uint32_t)w.count;
}

struct gathering {
    struct arena *arena;
    struct map_text *keys;
    struct result_figure *figures;
    struct welford *sums;
    uint32_t count;
};

static uint32_t gather(struct gathering *g, const struct cursor *c)
{
    const char *key = arena_format(g->arena, "%s\x1f%s\x1f%s", cursor_text(c, 0), cursor_text(c, 1),
                                   cursor_text(c, 2));
    uint32_t index = map_get(g->keys, key);
    if (index != MAP_NONE) return index;
    index = g->count;
    map_put(g->keys, key, index);
    g->figures = add_row(g->arena, g->figures, index, sizeof *g->figures);
    g->sums = add_row(g->arena, g->sums, index, sizeof *g->sums);
    g->count++;
    g->figures[index] = (struct result_figure){ .section = arena_text(g->arena, cursor_text(c, 0)),
                                                .object = arena_text(g->arena, cursor_text(c, 1)),
                                                .metric = arena_text(g->arena, cursor_text(c, 2)),
                                                .unit = arena_text(g->arena, cursor_text(c, 3)) };
    g->sums[index] = (struct welford){ 0 };
    return index;
}

/* Readers meet sections in this order, whichever room opened first; others follow, cost is last. */
static uint32_t section_rank(const char *section)
{
    static const char *const order[] = { "clients",     "services", "queues", "stores", "nodes",
                                         "autoscalers", "rollouts", "alerts", "slos" };
    uint32_t count = sizeof order / sizeof *order, rank = 0;
    if (strcmp(section, "cost") == 0) return count + 1;
    while (rank < count && strcmp(section, order[rank]) != 0)
        rank++;
    return rank;
}
#define SECTION_RANKS 11

static struct result_figure *in_section_order(struct arena *a, const struct result_figure *figures,
                                              uint32_t count)
{
    struct result_figure *sorted = arena_alloc(a, count * sizeof *sorted);
    uint32_t next = 0;
    for (uint32_t rank = 0; rank < SECTION_RANKS; rank++)
        for (uint32_t i = 0; i < count; i++)
            if (section_rank(figures[i].section) == rank) sorted[next++] = figures[i];
    return sorted;
}

static void read_figures(struct arena *a, struct store *s, struct result *r)
{
    struct gathering g = { .arena = a, .keys = map_open(a) };
    struct cursor *c = cursor_open(s,
                                   "SELECT section, object, metric, unit, value FROM figures "
                                   "WHERE experiment_id = ? ORDER BY replication, number",
                                   "i", (int64_t)r->id);
    while (cursor_next(c)) {
        uint32_t index = gather(&g, c);
        welford_add(&g.sums[index], cursor_double(c, 4));
    }
    cursor_close(c);
    for (uint32_t i = 0; i < g.count; i++)
        figure_finish(&g.figures[i], g.sums[i], r->finished);
    r->figures = in_section_order(a, g.figures, g.count);
    r->figure_count = g.count;
}

static void read_expectations(struct arena *a, struct store *s, struct result *r)
{
    struct result_expectation *rows = NULL;
    struct cursor *c =
        cursor_open(s,
                    "SELECT name, pass, observed, ci95_low, ci95_high, unit, n, observed_text, "
                    "target, file, line FROM expectation WHERE experiment_id = ? ORDER BY number",
                    "i", (int64_t)r->id);
    while (cursor_next(c)) {
        rows = add_row(a, rows, r->expectation_count, sizeof *rows);
        rows[r->expectation_count++] =
            (struct result_expectation){ .name = arena_text(a, cursor_text(c, 0)),
                                         .pass = cursor_integer(c, 1) != 0,
                                         .observed = !cursor_is_null(c, 2),
                                         .value = cursor_double(c, 2),
                                         .ci95_low = cursor_double(c, 3),
                                         .ci95_high = cursor_double(c, 4),
                                         .unit = arena_text(a, cursor_text(c, 5)),
                                         .n = (uint32_t)cursor_integer(c, 6),
                                         .observed_text = arena_text(a, cursor_text(c, 7)),
                                         .target = arena_text(a, cursor_text(c, 8)),
                                         .file = arena_text(a, cursor_text(c, 9)),
                                         .line = (uint32_t)cursor_integer(c, 10) };
    }
    cursor_close(c);
    r->expectations = rows;
}

static void read_timeline(struct arena *a, struct store *s, struct result *r)
{
    struct result_event *rows = NULL;
    struct cursor *c = cursor_open(s,
                                   "SELECT t_s, kind, object, text, seq, cause_seq FROM timeline "
                                   "WHERE run_id = ? ORDER BY seq LIMIT ?",
                                   "ii", (int64_t)r->first_run, (int64_t)RESULT_EVENTS_MAX);
    while (cursor_next(c)) {
        rows = add_row(a, rows, r->event_count, sizeof *rows);
        rows[r->event_count++] =
            (struct result_event){ .t_s = cursor_double(c, 0),
                                   .kind = arena_text(a, cursor_text(c, 1)),
                                   .object = arena_text(a, cursor_text(c, 2)),
                                   .text = arena_text(a, cursor_text(c, 3)),
                                   .seq = (uint32_t)cursor_integer(c, 4),
                                   .cause_seq = (uint32_t)cursor_integer(c, 5) };
    }
    cursor_close(c);
    r->timeline = rows;
    c = cursor_open(s, "SELECT count(*) FROM event WHERE run_id = ?", "i", (int64_t)r->first_run);
    if (cursor_next(c)) r->event_total = (uint32_t)cursor_integer(c, 0);
    cursor_close(c);
}

static void read_findings(struct arena *a, struct store *s, struct result *r)
{
    const char **rows = NULL;
    struct cursor *c = cursor_open(
        s, "SELECT text FROM finding WHERE experiment_id = ? ORDER BY number", "i", (int64_t)r->id);
    while (cursor_next(c)) {
        rows = add_row(a, rows, r->finding_count, sizeof *rows);
        rows[r->finding_count++] = arena_text(a, cursor_text(c, 0));
    }
    cursor_close(c);
    r->findings = rows;
}

static void read_provenance(struct arena *a, struct store *s, struct result *r)
{
    struct result_pair *rows = NULL;
    struct cursor *c =
        cursor_open(s, "SELECT key, value FROM provenance WHERE experiment_id = ? ORDER BY key",
                    "i", (int64_t)r->id);
    while (cursor_next(c)) {
        rows = add_row(a, rows, r->provenance_count, sizeof *rows);
        rows[r->provenance_count++] = (struct result_pair){ arena_text(a, cursor_text(c, 0)),
                                                            arena_text(a, cursor_text(c, 1)) };
    }
    cursor_close(c);
    r->provenance = rows;
}

static bool read_head(struct arena *a, struct store *s, struct result *r)
{
    struct cursor *c = cursor_open(s,
                                   "SELECT scenario, title, seed, digest, currency, replications, "
                                   "finished, duration_ns, warmup_ns FROM experiment WHERE id = ?",
                                   "i", (int64_t)r->id);
    bool there = cursor_next(c);
    if (there) {
        r->scenario = arena_text(a, cursor_text(c, 0));
        r->title = arena_text(a, cursor_text(c, 1));
        r->seed = arena_text(a, cursor_text(c, 2));
        r->digest = arena_text(a, cursor_text(c, 3));
        r->currency = arena_text(a, cursor_text(c, 4));
        r->replications = (uint32_t)cursor_integer(c, 5);
        r->finished = (uint32_t)cursor_integer(c, 6);
        r->duration_ns = cursor_integer(c, 7);
        r->warmup_ns = cursor_integer(c, 8);
    }
    cursor_close(c);
    return there;
}

static void read_runs(struct store *s, struct result *r)
{
    struct cursor *c = cursor_open(s,
                                   "SELECT id, simulated_ns, events FROM run "
                                   "WHERE experiment_id = ? ORDER BY replication",
                                   "i", (int64_t)r->id);
    while (cursor_next(c)) {
        if (!r->first_run) {
            r->first_run = (uint32_t)cursor_integer(c, 0);
            r->simulated_ns = cursor_integer(c, 1);
        }
        r->events += cursor_integer(c, 2);
    }
    cursor_close(c);
}

uint32_t result_count(struct store *s)
{
    struct cursor *c = cursor_open(s, "SELECT count(*) FROM experiment", "");
    uint32_t count = cursor_next(c) ? (uint32_t)cursor_integer(c, 0) : 0;
    cursor_close(c);
    return count;
}

const struct result *result_read(struct arena *a, struct store *s, uint32_t id)
{
    struct result *r = arena_alloc(a, sizeof *r);
    r->id = id;
    if (!read_head(a, s, r)) return NULL;
    read_runs(s, r);
    read_figures(a, s, r);
    read_expectations(a, s, r);
    read_timeline(a, s, r);
    read_findings(a, s, r);
    read_provenance(a, s, r);
    return store_failure(s) ? NULL : r;
}

const struct result_figure *result_find(const struct result *r, const char *section,
                                        const char *object, const char *metric)
{
    for (uint32_t i = 0; i < r->figure_count; i++) {
        const struct result_figure *f = &r->figures[i];
        if (strcmp(f->metric, metric) == 0 && strcmp(f->object, object) == 0 &&
            strcmp(f->section, section) == 0)
            return f;
    }
    return NULL;
}

const char *result_provenance(const struct result *r, const char *key)
{
    for (uint32_t i = 0; i < r->provenance_count; i++)
        if (strcmp(r->provenance[i].key, key) == 0) return r->provenance[i].value;
    return "";
}
