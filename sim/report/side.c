/* side.c - two results side by side.
 *
 * Without metrics: a line for every figure that differs, with the mean of the paired differences
 * and their 95 % interval (Student's t). With metrics: a line a result, a column a metric. */
#include "report/side.h"

#include "base/arena.h"
#include "engine/summary.h"
#include "orrery/probe.h"
#include "report/grid.h"
#include "report/measure.h"
#include "report/number.h"
#include "store/result.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct pair {
    const char *name, *unit;
    struct interval a, b, difference; /* a, b: n values, maybe of different n */
    bool found[2];
    bool uneven; /* in some replication only one of them has it */
    bool own;    /* the other result has nothing of this figure's object */
};

struct comparing {
    struct arena *arena;
    const struct side *sides;
    const struct side_options *options;
    struct text *out;
    const struct result *results[2]; /* of the pair of experiments at hand */
};

static struct interval mean_of(const struct measure *m)
{
    struct welford w = { 0 };
    for (uint32_t i = 0; i < m->count; i++)
        if (m->has[i]) welford_add(&w, m->values[i]);
    return welford_interval(&w, 0.95);
}

/* Of the replications in which both have the figure; says whether one had it where the other had
 * not. */
static struct interval difference_of(const struct measure m[2], bool *uneven)
{
    struct welford w = { 0 };
    for (uint32_t i = 0; i < m[0].count && i < m[1].count; i++) {
        if (m[0].has[i] && m[1].has[i]) welford_add(&w, m[1].values[i] - m[0].values[i]);
        if (m[0].has[i] != m[1].has[i]) *uneven = true;
    }
    return welford_interval(&w, 0.95);
}

static bool is_count(const struct measure *m)
{
    return m->found && strcmp(m->unit, UNIT_COUNT) == 0;
}

static struct pair pair_of(const struct comparing *g, const struct metric *metric)
{
    struct measure m[2];
    struct pair p = { .name = metric->label };
    for (uint32_t i = 0; i < 2; i++)
        m[i] = measure_metric(g->arena, g->sides[i].store, g->results[i]->id, metric);
    bool absent_is_0 = metric_is_count(metric) || is_count(&m[0]) || is_count(&m[1]);
    for (uint32_t i = 0; i < 2; i++) {
        p.found[i] = m[i].found || (m[1 - i].found && absent_is_0);
        for (uint32_t k = 0; k < m[i].count && absent_is_0; k++)
            m[i].has[k] = true;
    }
    p.unit = m[0].found ? m[0].unit : m[1].unit;
    p.a = mean_of(&m[0]);
    p.b = mean_of(&m[1]);
    p.difference = difference_of(m, &p.uneven);
    return p;
}

static const char *interval_text(struct arena *a, const struct interval *v)
{
    char mean[NUMBER_BYTES], half[NUMBER_BYTES];
    number_print(v->mean, mean);
    if (v->count < 2 || v->half_width == 0) return arena_text(a, mean);
    number_print_half(v->half_width, half);
    return arena_format(a, "%s ±%s", mean, half);
}

/* How much more b has than a; "" where that says nothing. */
static const char *change_text(struct arena *a, const struct pair *p)
{
    if (p->a.mean == 0) return "";
    return arena_format(a, "%+.1f%%", 100 * p->difference.mean / fabs(p->a.mean));
}

static const char *noise_text(const struct pair *p)
{
    bool known = p->difference.count >= 2;
    return known && fabs(p->difference.mean) <= p->difference.half_width ? "within the noise" : "";
}

/* ------------------------------------------------------------------------- all figures */

static bool is_alike(const struct pair *p)
{
    return p->found[0] && p->found[1] && !p->uneven && p->difference.mean == 0 &&
           !(p->difference.half_width > 0 && isfinite(p->difference.half_width));
}

static void add_pair_row(struct grid *grid, const struct pair *p)
{
    const char **row = grid_add_row(grid);
    row[0] = p->name;
    row[1] = strcmp(p->unit, "1") == 0 ? "" : p->unit;
    row[2] = p->found[0] ? interval_text(grid->arena, &p->a) : "-";
    row[3] = p->found[1] ? interval_text(grid->arena, &p->b) : "-";
    if (!p->found[0] || !p->found[1] || !p->difference.count) return;
    row[4] = interval_text(grid->arena, &p->difference);
    row[5] = change_text(grid->arena, p);
    row[6] = noise_text(p);
}

static struct grid pair_grid(const struct comparing *g)
{
    struct grid grid;
    grid_open(&grid, g->arena, 7);
    grid.left_columns = 2;
    const char **row = grid_add_row(&grid);
    row[0] = "figure";
    row[1] = "unit";
    row[2] = g->sides[0].name;
    row[3] = g->sides[1].name;
    row[4] = "difference";
    row[5] = "change";
    return grid;
}

static bool has_object(const struct result *r, const struct result_figure *f)
{
    for (uint32_t i = 0; i < r->figure_count; i++)
        if (strcmp(r->figures[i].section, f->section) == 0 &&
            strcmp(r->figures[i].object, f->object) == 0)
            return true;
    return false;
}

static struct pair pair_of_figure(const struct comparing *g, const struct result_figure *f)
{
    struct metric m = {
        .pattern = *f->object ? arena_format(g->arena, "%s.%s.%s", f->section, f->object, f->metric)
                              : arena_format(g->arena, "%s.%s", f->section, f->metric)
    };
    m.label = m.pattern;
    struct pair p = pair_of(g, &m);
    p.own = !has_object(g->results[0], f) || !has_object(g->results[1], f);
    return p;
}

/* Those of the first result in its order, and then what only the second has. */
static struct pair *pairs_of_all(const struct comparing *g, uint32_t *count)
{
    const struct result *a = g->results[0], *b = g->results[1];
    struct pair *pairs =
        arena_alloc(g->arena, ((size_t)a->figure_count + b->figure_count) * sizeof *pairs);
    *count = 0;
    for (uint32_t i = 0; i < a->figure_count; i++)
        pairs[(*count)++] = pair_of_figure(g, &a->figures[i]);
    for (uint32_t i = 0; i < b->figure_count; i++) {
        const struct result_figure *f = &b->figures[i];
        if (!result_find(a, f->section, f->object, f->metric))
            pairs[(*count)++] = pair_of_figure(g, f);
    }
    return pairs;
}

/* How many figures of a side are of objects that the other does not have at all. */
static uint32_t count_own(const struct comparing *g, uint32_t side)
{
    const struct result *r = g->results[side];
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->figure_count; i++)
        count += !has_object(g->results[1 - side], &r->figures[i]);
    return count;
}

static void add_all(const struct comparing *g)
{
    uint32_t count, alike = 0;
    const struct pair *pairs = pairs_of_all(g, &count);
    struct grid grid = pair_grid(g);
    for (uint32_t i = 0; i < count; i++)
        if (is_alike(&pairs[i]))
            alike++;
        else if (!pairs[i].own)
            add_pair_row(&grid, &pairs[i]);
    if (grid.row_count > 1) grid_print(&grid, "", g->out);
    text_format(g->out, "%u figures are alike", alike);
    for (uint32_t i = 0; i < 2; i++)
        if (count_own(g, i))
            text_format(g->out, ", %u are of objects that only %s has", count_own(g, i),
                        g->sides[i].name);
    text_add(g->out, "\n");
}

/* ------------------------------------------------------------------------- chosen metrics */

/* What both titles end in, from the beginning of a word: "one change" of "monolith: one change". */
static const char *common_title(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), same = 0;
    while (same < n && same < m && a[n - same - 1] == b[m - same - 1])
        same++;
    if (same == n && same == m) return a;
    const char *tail = a + n - same;
    while (*tail && *tail != ' ')
        tail++;
    while (*tail == ' ')
        tail++;
    return *tail ? tail : a;
}

static void add_side_row(const struct comparing *g, struct grid *grid, uint32_t side,
                         const char *title, const struct pair *pairs)
{
    const char **row = grid_add_row(grid);
    row[0] = side == 0 ? title : "";
    row[1] = g->sides[side].name;
    for (uint32_t i = 0; i < g->options->metric_count; i++) {
        const struct interval *v = side == 0 ? &pairs[i].a : &pairs[i].b;
        row[2 + i] = pairs[i].found[side] ? interval_text(grid->arena, v) : "-";
    }
}

static struct grid metric_grid(const struct comparing *g, const struct metric *metrics)
{
    struct grid grid;
    grid_open(&grid, g->arena, 2 + g->options->metric_count);
    grid.left_columns = 2;
    const char **row = grid_add_row(&grid);
    for (uint32_t i = 0; i < g->options->metric_count; i++)
        row[2 + i] = metrics[i].label;
    return grid;
}

/* ------------------------------------------------------------------------- JSON */

static void add_number(struct text *out, const char *key, double value)
{
    char buf[40];
    text_format(out, ", \"%s\": %s", key, isfinite(value) ? text_double(value, buf) : "null");
}

static void add_json_pair(struct text *out, const struct pair *p)
{
    const struct interval *d = &p->difference;
    bool both = p->found[0] && p->found[1] && d->count > 0;
    text_add(out, "{\"metric\": ");
    text_add_json(out, p->name);
    text_add(out, ", \"unit\": ");
    text_add_json(out, p->unit);
    add_number(out, "a", p->found[0] ? p->a.mean : NAN);
    add_number(out, "b", p->found[1] ? p->b.mean : NAN);
    add_number(out, "difference", both ? d->mean : NAN);
    add_number(out, "ci95_low", both && d->count > 1 ? d->mean - d->half_width : NAN);
    add_number(out, "ci95_high", both && d->count > 1 ? d->mean + d->half_width : NAN);
    text_format(out, ", \"n\": %u}", (uint32_t)d->count);
}

static void add_json_side(const struct comparing *g, const char *key, uint32_t side)
{
    const struct result *r = g->results[side];
    text_format(g->out, "\"%s\": {\"name\": ", key);
    text_add_json(g->out, g->sides[side].name);
    text_add(g->out, ", \"scenario\": ");
    text_add_json(g->out, r->scenario);
    text_add(g->out, ", \"title\": ");
    text_add_json(g->out, r->title);
    text_format(g->out, ", \"digest\": \"%s\"}, ", r->digest);
}

static void add_json_pairs(const struct comparing *g, const struct pair *pairs, uint32_t count)
{
    text_add(g->out, g->results[0]->id > 1 ? ",\n  {" : "  {");
    add_json_side(g, "a", 0);
    add_json_side(g, "b", 1);
    text_add(g->out, "\"figures\": [");
    for (uint32_t i = 0; i < count; i++) {
        text_add(g->out, i ? ",\n    " : "\n    ");
        add_json_pair(g->out, &pairs[i]);
    }
    text_add(g->out, "]}");
}

/* ------------------------------------------------------------------------- the whole */

/* False: a store failed, and says how. */
static bool read_results(struct comparing *g, uint32_t id)
{
    for (uint32_t i = 0; i < 2; i++)
        g->results[i] = result_read(g->arena, g->sides[i].store, id);
    return g->results[0] && g->results[1];
}

static bool compare_all(struct comparing *g, uint32_t count)
{
    for (uint32_t id = 1; id <= count; id++) {
        if (!read_results(g, id)) return false;
        if (g->options->json) {
            uint32_t pair_count;
            const struct pair *pairs = pairs_of_all(g, &pair_count);
            add_json_pairs(g, pairs, pair_count);
            continue;
        }
        text_format(g->out, "%s%s | %s\n", id > 1 ? "\n" : "", g->results[0]->title,
                    g->results[1]->title);
        add_all(g);
    }
    return true;
}

/* A name that is nowhere is a mistake; one that is only somewhere is a zero elsewhere. */
static bool all_found(const struct metric *metrics, const bool *found, uint32_t count, char *error)
{
    for (uint32_t i = 0; i < count; i++) {
        if (found[i]) continue;
        snprintf(error, SIDE_ERROR_BYTES, "no %s has the name '%.120s' in either result",
                 metrics[i].minutes ? "series" : "figure", metrics[i].pattern);
        return false;
    }
    return true;
}

static bool compare_metrics(struct comparing *g, uint32_t count, char *error)
{
    uint32_t n = g->options->metric_count;
    struct metric *metrics = arena_alloc(g->arena, n * sizeof *metrics);
    struct pair *pairs = arena_alloc(g->arena, n * sizeof *pairs);
    bool *found = arena_alloc(g->arena, n * sizeof *found);
    for (uint32_t i = 0; i < n; i++)
        metrics[i] = metric_read(g->arena, g->options->metrics[i]);
    struct grid grid = metric_grid(g, metrics);
    for (uint32_t id = 1; id <= count; id++) {
        if (!read_results(g, id)) return false;
        for (uint32_t i = 0; i < n; i++) {
            pairs[i] = pair_of(g, &metrics[i]);
            found[i] = found[i] || pairs[i].found[0] || pairs[i].found[1];
        }
        if (g->options->json) add_json_pairs(g, pairs, n);
        const char *title = common_title(g->results[0]->title, g->results[1]->title);
        add_side_row(g, &grid, 0, title, pairs);
        add_side_row(g, &grid, 1, title, pairs);
    }
    if (!all_found(metrics, found, n, error)) return false;
    if (!g->options->json) grid_print(&grid, "", g->out);
    return true;
}

bool side_by_side(const struct side sides[2], const struct side_options *o, struct text *out,
                  char *error)
{
    uint32_t count = result_count(sides[0].store), other = result_count(sides[1].store);
    if (count != other || count == 0) {
        snprintf(error, SIDE_ERROR_BYTES,
                 "%.80s holds %u scenarios and %.80s holds %u: they are "
                 "compared in pairs",
                 sides[0].name, count, sides[1].name, other);
        return false;
    }
    if (o->metric_count > SIDE_METRICS_MAX) {
        snprintf(error, SIDE_ERROR_BYTES, "%u metrics, of at most %d", o->metric_count,
                 SIDE_METRICS_MAX);
        return false;
    }
    struct comparing g = { arena_open(), sides, o, out, { NULL, NULL } };
    if (o->json)
        text_add(out, "{\"schema\": \"orrery.compare\", \"version\": 1, \"comparisons\": [\n");
    bool good = o->metric_count ? compare_metrics(&g, count, error) : compare_all(&g, count);
    if (o->json) text_add(out, "\n]}\n");
    arena_close(g.arena);
    return good;
}
