/* html.c - results as one page that needs nothing else: to mail, to keep, to hang into a wiki.
 *
 * Its policy forbids scripts and any fetch; style and pictures stand in it as data. All text from results
 * is escaped. But for what provenance says, it is a function of the result file. */
#include "report/report.h"

#include "base/arena.h"
#include "orrery/time.h"
#include "report/grid.h"
#include "report/number.h"
#include "report/plot.h"
#include "report/sections.h"
#include "report/share.h"
#include "store/store.h"

#include <string.h>

/* More would drown what matters; the result file has them all. */
#define HTML_EVENTS_MAX 500

struct page {
    struct arena *arena;
    struct store *store;
    struct text *out;
    bool plain; /* this machine cannot draw */
};

/* ------------------------------------------------------------------------- text */

static const char *escape_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return NULL;
    }
}

static void add_text(struct text *out, const char *s)
{
    for (; *s; s++) {
        const char *escape = escape_of(*s);
        text_add_line(out, escape ? escape : (const char[]){ *s, '\0' });
    }
}

/* <tag>text</tag>; the tag may have attributes. */
static void add_element(struct text *out, const char *tag, const char *s)
{
    text_format(out, "<%s>", tag);
    add_text(out, s);
    text_format(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

/* RFC 4648. */
static void add_base64(struct text *out, const char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            text_add_n(out, i + k > length ? "=" : &digits[group >> (18 - 6 * k) & 63], 1);
    }
}

/* ------------------------------------------------------------------------- tables */

static void add_row(struct page *p, const struct grid *g, uint32_t row)
{
    text_add(p->out, "<tr>");
    for (uint32_t column = 0; column < g->column_count; column++) {
        if (!grid_column_used(g, column)) continue;
        const char *tag = row ? "td" : "th scope=\"col\"";
        bool left = column < g->left_columns;
        add_element(p->out, left ? arena_format(p->arena, "%s class=\"name\"", tag) : tag,
                    grid_cell(g, row, column));
    }
    text_add(p->out, "</tr>\n");
}

static void add_grid(struct page *p, const struct grid *g)
{
    text_add(p->out, "<div class=\"wide\"><table>\n<thead>");
    for (uint32_t row = 0; row < g->row_count; row++) {
        add_row(p, g, row);
        if (row == 0) text_add(p->out, "</thead>\n<tbody>\n");
    }
    text_add(p->out, "</tbody></table></div>\n");
}

static void add_expectations(struct page *p, const struct result *r)
{
    if (!r->expectation_count) return;
    text_add(p->out, "<h2>Expectations</h2>\n<div class=\"wide\"><table>\n<thead><tr>"
                     "<th scope=\"col\" class=\"name\">verdict</th>"
                     "<th scope=\"col\" class=\"name\">expectation</th>"
                     "<th scope=\"col\" class=\"name\">target</th>"
                     "<th scope=\"col\" class=\"name\">observed</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < r->expectation_count; i++) {
        const struct result_expectation *e = &r->expectations[i];
        text_add(p->out, e->pass ? "<tr><td class=\"name pass\">pass</td>"
                                 : "<tr><td class=\"name fail\">FAIL</td>");
        add_element(p->out, "td class=\"name\"", e->name);
        add_element(p->out, "td class=\"name\"", e->target);
        add_element(p->out, "td class=\"name\"", e->observed_text);
        text_add(p->out, "</tr>\n");
    }
    text_add(p->out, "</tbody></table></div>\n");
}

static void add_sections(struct page *p, const struct result *r)
{
    uint32_t count;
    const struct section_table *tables = sections_build(p->arena, r, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct grid *g = &tables[i].grid;
        add_element(p->out, "h2", tables[i].name);
        text_add(p->out, "\n");
        add_grid(p, g);
        for (uint32_t row = 1; row < g->row_count; row++) {
            const char *object = grid_cell(g, row, 0);
            const char *endings = section_endings(p->arena, r, tables[i].name, object);
            if (!*endings) continue;
            add_element(p->out, "p class=\"note\"",
                        arena_format(p->arena, "%s ended: %s", object, endings));
            text_add(p->out, "\n");
        }
    }
    const char *cost = section_cost(p->arena, r);
    if (!*cost) return;
    text_add(p->out, "<h2>cost</h2>\n");
    add_element(p->out, "p", cost);
    text_add(p->out, "\n");
}

static void add_events(struct page *p, const struct result *r)
{
    if (!r->event_count) return;
    add_element(p->out, "h2", r->finished > 1 ? "Events of the first replication" : "Events");
    text_add(p->out, "\n<div class=\"wide\"><table>\n<tbody>\n");
    uint32_t shown = r->event_count < HTML_EVENTS_MAX ? r->event_count : HTML_EVENTS_MAX;
    for (uint32_t i = 0; i < shown; i++) {
        const struct result_event *e = &r->timeline[i];
        text_format(p->out, "<tr><td>%.3f s</td>", e->t_s);
        add_element(p->out, "td class=\"name\"", e->kind);
        add_element(p->out, "td class=\"name\"", e->object);
        add_element(p->out, "td class=\"prose\"", e->text);
        text_add(p->out, "</tr>\n");
    }
    text_add(p->out, "</tbody></table></div>\n");
    if (shown < r->event_total)
        text_format(p->out, "<p class=\"note\">and %u more</p>\n", r->event_total - shown);
}

/* ------------------------------------------------------------------------- pictures */

static void add_picture(struct page *p, const struct result *r, const char *name, const char *doc)
{
    struct text svg = { 0 };
    char error[OUTPUT_ERROR_BYTES];
    enum plot_status status = plot_svg(p->store, name, r->id, &svg, error);
    if (status == PLOT_OK) {
        text_add(p->out, "<figure><img alt=\"");
        add_text(p->out, doc);
        text_add(p->out, "\" src=\"data:image/svg+xml;base64,");
        add_base64(p->out, text_data(&svg), svg.length);
        text_add(p->out, "\">\n");
        add_element(p->out, "figcaption", doc);
        text_add(p->out, "</figure>\n");
    } else if (status != PLOT_EMPTY) {
        add_element(p->out, "p class=\"note\"",
                    arena_format(p->arena, "The plot %s is missing: %s", name, error));
    }
    text_close(&svg);
}

static void add_pictures(struct page *p, const struct result *r)
{
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t count = p->plain ? 0 : plot_names(p->arena, names, docs);
    if (count) text_add(p->out, "<h2>Over time</h2>\n");
    for (uint32_t i = 0; i < count; i++)
        add_picture(p, r, names[i], docs[i]);
}

/* ------------------------------------------------------------------------- the page */

static void add_run(struct page *p, const struct result *r)
{
    char simulated[NUMBER_BYTES], events[NUMBER_BYTES];
    number_print_seconds(ns_to_s(r->simulated_ns), simulated);
    number_print((double)r->events, events);
    text_add(p->out, "<section class=\"run\">\n");
    add_element(p->out, "h1", r->title);
    text_add(p->out, "\n<p class=\"head\">");
    add_element(p->out, "code", r->scenario);
    text_format(p->out, " · seed %s · digest <code>%s</code> · ", r->seed, r->digest);
    if (r->replications > 1) text_format(p->out, "%u × ", r->finished);
    text_format(p->out, "%s simulated · %s events</p>\n", simulated, events);
    for (uint32_t i = 0; i < r->finding_count; i++) {
        add_element(p->out, "p class=\"note\"", r->findings[i]);
        text_add(p->out, "\n");
    }
    add_expectations(p, r);
    add_sections(p, r);
    add_pictures(p, r);
    add_events(p, r);
    text_add(p->out, "<footer><p>");
    for (uint32_t i = 0; i < r->provenance_count; i++) {
        text_add(p->out, i ? " · " : "");
        add_text(p->out, r->provenance[i].key);
        text_add(p->out, " ");
        add_text(p->out, r->provenance[i].value);
    }
    text_add(p->out, "</p></footer>\n</section>\n");
}

/* "style-src data:" and no 'unsafe-inline': not even an attribute may bring style. */
static bool add_head(struct page *p, const char *title)
{
    const char *style = share_read(p->arena, "plots/html/report.css");
    if (!style) return false;
    text_add(p->out,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "style-src data:; img-src data:; base-uri 'none'; form-action 'none'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    add_element(p->out, "title", title);
    text_add(p->out, "\n<link rel=\"stylesheet\" href=\"data:text/css;base64,");
    add_base64(p->out, style, strlen(style));
    text_add(p->out, "\">\n</head>\n<body>\n");
    return true;
}

bool report_html(struct store *s, struct text *out, char *error)
{
    struct page p = { .arena = arena_open(), .store = s, .out = out };
    char undrawn[OUTPUT_ERROR_BYTES];
    p.plain = !plot_possible(p.arena, undrawn);
    const struct result *first = result_read(p.arena, s, 1);
    bool styled = add_head(&p, first ? first->title : "orrery");
    uint32_t count = result_count(s);
    for (uint32_t id = 1; id <= count && styled; id++) {
        const struct result *r = result_read(p.arena, s, id);
        if (r) add_run(&p, r);
    }
    if (p.plain)
        add_element(out, "p class=\"note\"", arena_format(p.arena, "No pictures: %s.", undrawn));
    text_add(out, "</body>\n</html>\n");
    const char *failure = styled ? store_failure(s) : "plots/html/report.css is missing: reinstall orrery";
    if (failure) snprintf(error, OUTPUT_ERROR_BYTES, "%s", failure);
    arena_close(p.arena);
    return !failure;
}
