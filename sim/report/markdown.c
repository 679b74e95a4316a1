/* markdown.c - the result's tables for a README, a pull request, a CI summary. */
#include "report/report.h"

#include "base/arena.h"
#include "orrery/time.h"
#include "report/grid.h"
#include "report/number.h"
#include "report/sections.h"

static void add_expectations(struct arena *a, const struct result *r, struct text *out)
{
    if (!r->expectation_count) return;
    struct grid g;
    grid_open(&g, a, 4);
    g.left_columns = 4;
    const char **row = grid_add_row(&g);
    row[0] = "verdict";
    row[1] = "expectation";
    row[2] = "target";
    row[3] = "observed";
    for (uint32_t i = 0; i < r->expectation_count; i++) {
        const struct result_expectation *e = &r->expectations[i];
        row = grid_add_row(&g);
        row[0] = e->pass ? "pass" : "**FAIL**";
        row[1] = e->name;
        row[2] = e->target;
        row[3] = e->observed_text;
    }
    grid_print_markdown(&g, out);
    text_add(out, "\n");
}

void report_markdown(const struct result *r, struct text *out)
{
    struct arena *a = arena_open();
    char simulated[NUMBER_BYTES];
    number_print_seconds(ns_to_s(r->simulated_ns), simulated);
    text_add(out, "### ");
    text_add_line(out, r->title);
    text_add(out, "\n\n`");
    text_add_line(out, r->scenario);
    text_format(out, "`, seed %s, digest `%s`, %u x %s simulated\n\n", r->seed, r->digest,
                r->finished, simulated);
    add_expectations(a, r, out);
    uint32_t count;
    const struct section_table *tables = sections_build(a, r, &count);
    for (uint32_t i = 0; i < count; i++) {
        grid_print_markdown(&tables[i].grid, out);
        text_add(out, "\n");
    }
    for (uint32_t i = 0; i < r->finding_count; i++) {
        text_add(out, "- ");
        text_add_line(out, r->findings[i]);
        text_add(out, "\n");
    }
    arena_close(a);
}
