/* sections.c - a table per section.
 *
 * The well-known sections have a chosen list of columns; a new room's section shows what it
 * recorded at the top level until somebody chooses better. Columns without figures vanish. */
#include "report/sections.h"

#include "base/arena.h"
#include "base/check.h"
#include "report/number.h"

#include <string.h>

struct column {
    const char *metric, *heading;
};

static const struct column client_columns[] = {
    { "sent", "sent" },
    { "ok", "ok" },
    { "failed", "failed" },
    { "availability", "available" },
    { "throughput_per_s", "ok/s" },
    { "latency_ms.mean", "mean ms" },
    { "latency_ms.p50", "p50 ms" },
    { "latency_ms.p95", "p95 ms" },
    { "latency_ms.p99", "p99 ms" },
    { "latency_ms.max", "max ms" },
    { NULL, NULL },
};

static const struct column service_columns[] = {
    { "received", "received" },
    { "failed", "failed" },
    { "utilization", "busy" },
    { "queue_mean", "queue" },
    { "wait_ms.mean", "wait ms" },
    { "latency_ms.mean", "mean ms" },
    { "latency_ms.p50", "p50 ms" },
    { "latency_ms.p99", "p99 ms" },
    { "replicas.mean", "replicas" },
    { "replicas.min", "min" },
    { "replicas.max", "max" },
    { "restarts", "restarts" },
    { NULL, NULL },
};

static const struct column discovery_columns[] = {
    { "tried", "tried" },
    { "reached", "reached" },
    { "refused", "refused" },
    { "unanswered", "unanswered" },
    { "wrong_pod", "wrong pod" },
    { "nowhere", "nowhere" },
    { "waited", "waited" },
    { "stale_ms.mean", "stale ms" },
    { "stale_ms.max", "max ms" },
    { "late_ms.mean", "late ms" },
    { NULL, NULL },
};

static const struct column resolver_columns[] = {
    { "lookups", "lookups" },
    { "failed", "failed" },
    { "queries", "queries" },
    { "local", "local" },
    { "took_ms.mean", "mean ms" },
    { "took_ms.p99", "p99 ms" },
    { "took_ms.max", "max ms" },
    { NULL, NULL },
};

static const struct column *columns_of(const char *section)
{
    if (strcmp(section, "clients") == 0) return client_columns;
    if (strcmp(section, "services") == 0) return service_columns;
    if (strcmp(section, "discovery") == 0) return discovery_columns;
    if (strcmp(section, "resolvers") == 0) return resolver_columns;
    return NULL;
}

static bool is_share(const struct result_figure *f)
{
    size_t length = strlen(f->metric);
    return strcmp(f->metric, "availability") == 0 || strcmp(f->metric, "utilization") == 0 ||
           (length > 6 && strcmp(f->metric + length - 6, "_ratio") == 0);
}

const char *figure_text(struct arena *a, const struct result_figure *f)
{
    char mean[NUMBER_BYTES], half[NUMBER_BYTES];
    bool share = is_share(f);
    if (share)
        number_print_share(f->mean, mean);
    else
        number_print(f->mean, mean);
    double width = f->ci95_high - f->mean;
    if (f->n < 2 || width == 0) return arena_text(a, mean);
    number_print_half(share ? width * 100 : width, half);
    return arena_format(a, "%s ±%s", mean, half);
}

#define OWN_COLUMNS_MAX 12 /* more do not fit a screen; `--json` has them all */

/* The section's undotted metrics in order of appearance. */
static uint32_t own_columns(const struct result *r, const char *section, struct column *columns)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->figure_count && count < OWN_COLUMNS_MAX; i++) {
        const struct result_figure *f = &r->figures[i];
        if (strcmp(f->section, section) != 0 || strchr(f->metric, '.')) continue;
        bool known = false;
        for (uint32_t c = 0; c < count; c++)
            known = known || strcmp(columns[c].metric, f->metric) == 0;
        if (!known) columns[count++] = (struct column){ f->metric, f->metric };
    }
    return count;
}

/* Mostly the last row: figures of one object lie together, but for what only some replications
 * recorded. */
static const char **row_of(struct grid *g, const char *object)
{
    for (uint32_t row = g->row_count; row-- > 1;) {
        const char **cells = g->cells + (size_t)row * g->column_count;
        if (strcmp(cells[0], object) == 0) return cells;
    }
    const char **cells = grid_add_row(g);
    cells[0] = object;
    return cells;
}

static void fill_rows(struct arena *a, const struct result *r, const char *section,
                      const struct column *columns, uint32_t count, struct grid *g)
{
    for (uint32_t i = 0; i < r->figure_count; i++) {
        const struct result_figure *f = &r->figures[i];
        if (strcmp(f->section, section) != 0) continue;
        const char **row = row_of(g, f->object);
        for (uint32_t c = 0; c < count; c++)
            if (strcmp(columns[c].metric, f->metric) == 0) row[c + 1] = figure_text(a, f);
    }
}

static void build(struct arena *a, const struct result *r, struct section_table *t)
{
    struct column own[OWN_COLUMNS_MAX] = { 0 };
    const struct column *columns = columns_of(t->name);
    uint32_t count = 0;
    if (columns) {
        while (columns[count].metric)
            count++;
    } else {
        count = own_columns(r, t->name, own);
        columns = own;
    }
    grid_open(&t->grid, a, count + 1);
    const char **heading = grid_add_row(&t->grid);
    heading[0] = t->name;
    for (uint32_t c = 0; c < count; c++)
        heading[c + 1] = columns[c].heading;
    fill_rows(a, r, t->name, columns, count, &t->grid);
}

const struct section_table *sections_build(struct arena *a, const struct result *r, uint32_t *count)
{
    struct section_table *tables = NULL;
    *count = 0;
    for (uint32_t i = 0; i < r->figure_count; i++) {
        const char *name = r->figures[i].section;
        bool known = strcmp(name, "cost") == 0; /* told in a line of its own */
        for (uint32_t t = 0; t < *count; t++)
            known = known || strcmp(tables[t].name, name) == 0;
        if (known) continue;
        tables = arena_grow(a, tables, *count * sizeof *tables, (*count + 1) * sizeof *tables);
        tables[*count].name = name;
        build(a, r, &tables[(*count)++]);
    }
    return tables;
}

/* Largest first; equals in the order recorded. A map has few keys. */
static void sort_by_size(const struct result_figure **items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct result_figure *moved = items[i];
        uint32_t at = i;
        for (; at > 0 && items[at - 1]->mean < moved->mean; at--)
            items[at] = items[at - 1];
        items[at] = moved;
    }
}

const char *section_map(struct arena *a, const struct result *r, const char *section,
                        const char *object, const char *prefix)
{
    size_t length = strlen(prefix);
    const struct result_figure **items = arena_alloc(a, (r->figure_count + 1) * sizeof *items);
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->figure_count; i++) {
        const struct result_figure *f = &r->figures[i];
        if (f->mean > 0 && strcmp(f->section, section) == 0 && strcmp(f->object, object) == 0 &&
            strncmp(f->metric, prefix, length) == 0)
            items[count++] = f;
    }
    sort_by_size(items, count);
    struct text t = { 0 };
    for (uint32_t i = 0; i < count; i++)
        text_format(&t, "%s%s %s", i ? ", " : "", items[i]->metric + length,
                    figure_text(a, items[i]));
    const char *listed = arena_text(a, text_data(&t));
    text_close(&t);
    return listed;
}

const char *section_endings(struct arena *a, const struct result *r, const char *section,
                            const char *object)
{
    const char *why = section_map(a, r, section, object, "by_outcome.");
    const struct result_figure *failed = result_find(r, section, object, "failed");
    if (!*why || !failed || !(failed->mean > 0)) return "";
    const char *causes = section_map(a, r, section, object, "by_cause.");
    return *causes ? arena_format(a, "%s (of which %s)", why, causes) : why;
}

const char *section_cost(struct arena *a, const struct result *r)
{
    for (uint32_t i = 0; i < r->figure_count; i++) {
        const struct result_figure *f = &r->figures[i];
        if (strcmp(f->section, "cost") != 0 || strcmp(f->metric, "total") != 0) continue;
        const char *pools = section_map(a, r, "cost", f->object, "by_pool.");
        const struct result_figure *transfer = result_find(r, "cost", f->object, "transfer");
        const char *crossed =
            transfer ? arena_format(a, "across zones %s", figure_text(a, transfer)) : "";
        const char *total = arena_format(a, "%s %s", figure_text(a, f), r->currency);
        if (!*pools && !*crossed) return total;
        return arena_format(a, "%s  (%s%s%s)", total, pools, *pools && *crossed ? ", " : "",
                            crossed);
    }
    return "";
}
