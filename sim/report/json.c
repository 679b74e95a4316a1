/* json.c - results as one JSON object: sections, objects, and a nested object for every dot.
 *
 * The tree is made of whatever was recorded: a new figure of a new room needs no line here. A
 * section that nobody recorded is absent. Numbers are the shortest text that reads back equal. */
#include "report/report.h"

#include "base/arena.h"
#include "orrery/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct node {
    const char *key;
    const struct result_figure *figure; /* a number, */
    const char *text;                   /* or a text; neither: an object */
    struct node *first, *last, *next;
};

/* A dotted path deeper than this is not split further. */
#define METRIC_DEPTH_MAX 8

static struct node *child(struct arena *a, struct node *parent, const char *key, size_t length)
{
    struct node *n = parent->last; /* rows of one object lie together: mostly the last one */
    if (n && strncmp(n->key, key, length) == 0 && !n->key[length]) return n;
    for (n = parent->first; n; n = n->next)
        if (strncmp(n->key, key, length) == 0 && !n->key[length]) return n;
    n = arena_alloc(a, sizeof *n);
    n->key = arena_text_n(a, key, length);
    if (parent->last)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
    return n;
}

/* Where a figure is also an object ("a" and "a.b"), the object's own value is its key "value". */
static void place(struct arena *a, struct node *object, const struct result_figure *f)
{
    struct node *at = object;
    const char *key = f->metric;
    for (uint32_t depth = 0; *key; depth++) {
        size_t length = depth < METRIC_DEPTH_MAX ? strcspn(key, ".") : strlen(key);
        if (at->figure) {
            struct node *own = child(a, at, "value", 5);
            own->figure = at->figure;
            at->figure = NULL;
        }
        at = child(a, at, key, length);
        key += length + (key[length] == '.');
    }
    if (at->first) at = child(a, at, "value", 5);
    at->figure = f;
}

static struct node *tree_of(struct arena *a, const struct result *r)
{
    struct node *root = arena_alloc(a, sizeof *root);
    for (uint32_t i = 0; i < r->figure_count; i++) {
        const struct result_figure *f = &r->figures[i];
        struct node *at = child(a, root, f->section, strlen(f->section));
        if (strcmp(f->section, "cost") == 0 && *r->currency)
            child(a, at, "currency", 8)->text = r->currency; /* money without it says nothing */
        if (*f->object) at = child(a, at, f->object, strlen(f->object));
        place(a, at, f);
    }
    return root;
}

static void add_number(struct text *out, double value)
{
    char buf[40];
    if (!isfinite(value))
        text_add(out, "null");
    else if (value == nearbyint(value) && fabs(value) < 1e15)
        text_format(out, "%.0f", value); /* 1800, not 1.8e+03 */
    else
        text_add(out, text_double(value, buf));
}

static void add_key(struct text *out, const char *key)
{
    text_add_json(out, key);
    text_add(out, ": ");
}

static void add_break(struct text *out, uint32_t depth)
{
    text_add(out, "\n");
    for (uint32_t i = 0; i < depth; i++)
        text_add(out, "  ");
}

static void add_figure(struct text *out, const struct result_figure *f, bool replicated)
{
    if (!replicated) {
        add_number(out, f->mean);
        return;
    }
    text_add(out, "{\"mean\": ");
    add_number(out, f->mean);
    text_add(out, ", \"ci95_low\": ");
    add_number(out, f->n > 1 ? f->ci95_low : NAN);
    text_add(out, ", \"ci95_high\": ");
    add_number(out, f->n > 1 ? f->ci95_high : NAN);
    text_format(out, ", \"n\": %u}", f->n);
}

static bool is_flat(const struct node *n)
{
    for (const struct node *c = n->first; c; c = c->next)
        if (!c->figure && !c->text) return false;
    return true;
}

/* Depth is bounded by section, object and METRIC_DEPTH_MAX. */
static void add_node(struct text *out, const struct node *n, uint32_t depth, bool replicated)
{
    if (n->figure) {
        add_figure(out, n->figure, replicated);
        return;
    }
    if (n->text) {
        text_add_json(out, n->text);
        return;
    }
    bool flat = is_flat(n) && !replicated; /* a row of plain numbers stays on its line */
    text_add(out, "{");
    for (const struct node *c = n->first; c; c = c->next) {
        if (flat)
            text_add(out, c == n->first ? "" : " ");
        else
            add_break(out, depth + 1);
        add_key(out, c->key);
        add_node(out, c, depth + 1, replicated);
        if (c->next) text_add(out, ",");
    }
    if (!flat) add_break(out, depth);
    text_add(out, "}");
}

static void add_text_item(struct text *out, const char *key, const char *value)
{
    text_add(out, ",\n  ");
    add_key(out, key);
    text_add_json(out, value);
}

static void add_number_item(struct text *out, const char *key, double value)
{
    text_add(out, ",\n  ");
    add_key(out, key);
    add_number(out, value);
}

static void add_head(struct text *out, const struct result *r)
{
    text_add(out, "{\n  \"schema\": \"orrery.run\",\n  \"version\": 1");
    add_text_item(out, "scenario", r->scenario);
    add_text_item(out, "title", r->title);
    add_text_item(out, "seed", r->seed);
    add_number_item(out, "replications", r->finished);
    add_text_item(out, "digest", r->digest);
    add_number_item(out, "simulated_s", ns_to_s(r->simulated_ns));
    add_number_item(out, "events", (double)r->events);
    add_number_item(out, "warmup_s", ns_to_s(r->warmup_ns));
}

static void add_sections(struct text *out, const struct result *r)
{
    struct arena *a = arena_open();
    const struct node *root = tree_of(a, r);
    for (const struct node *section = root->first; section; section = section->next) {
        text_add(out, ",\n  ");
        add_key(out, section->key);
        add_node(out, section, 1, r->finished > 1);
    }
    arena_close(a);
}

static void add_expectations(struct text *out, const struct result *r)
{
    if (!r->expectation_count) return;
    text_add(out, ",\n  \"expectations\": [");
    for (uint32_t i = 0; i < r->expectation_count; i++) {
        const struct result_expectation *e = &r->expectations[i];
        text_add(out, i ? ",\n    {\"name\": " : "\n    {\"name\": ");
        text_add_json(out, e->name);
        text_format(out, ", \"pass\": %s, \"observed\": ", e->pass ? "true" : "false");
        add_number(out, e->observed ? e->value : NAN);
        if (e->observed && e->n > 1) {
            text_add(out, ", \"ci95_low\": ");
            add_number(out, e->ci95_low);
            text_add(out, ", \"ci95_high\": ");
            add_number(out, e->ci95_high);
            text_format(out, ", \"n\": %u", e->n);
        }
        text_add(out, ", \"unit\": ");
        text_add_json(out, e->unit);
        text_add(out, ", \"target\": ");
        text_add_json(out, e->target);
        text_add(out, ", \"file\": ");
        text_add_json(out, e->file);
        text_format(out, ", \"line\": %u}", e->line);
    }
    text_add(out, "\n  ]");
}

static void add_timeline(struct text *out, const struct result *r)
{
    if (!r->event_count) return;
    text_add(out, ",\n  \"timeline\": [");
    for (uint32_t i = 0; i < r->event_count; i++) {
        const struct result_event *e = &r->timeline[i];
        text_add(out, i ? ",\n    {\"t_s\": " : "\n    {\"t_s\": ");
        add_number(out, e->t_s);
        text_add(out, ", \"kind\": ");
        text_add_json(out, e->kind);
        text_add(out, ", \"object\": ");
        text_add_json(out, e->object);
        text_add(out, ", \"text\": ");
        text_add_json(out, e->text);
        text_add(out, "}");
    }
    text_add(out, "\n  ]");
}

static void add_findings(struct text *out, const struct result *r)
{
    if (!r->finding_count) return;
    text_add(out, ",\n  \"findings\": [");
    for (uint32_t i = 0; i < r->finding_count; i++) {
        text_add(out, i ? ",\n    " : "\n    ");
        text_add_json(out, r->findings[i]);
    }
    text_add(out, "\n  ]");
}

static void add_provenance(struct text *out, const struct result *r)
{
    text_add(out, ",\n  \"provenance\": {");
    for (uint32_t i = 0; i < r->provenance_count; i++) {
        const struct result_pair *p = &r->provenance[i];
        char *end;
        double number = strtod(p->value, &end);
        text_add(out, i ? ", " : "");
        add_key(out, p->key);
        if (strcmp(p->key, "version") != 0 && end != p->value && !*end)
            add_number(out, number);
        else
            text_add_json(out, p->value);
    }
    text_add(out, "}");
}

void report_json(const struct result *r, struct text *out)
{
    add_head(out, r);
    add_sections(out, r);
    add_expectations(out, r);
    add_timeline(out, r);
    add_findings(out, r);
    add_provenance(out, r);
    text_add(out, "\n}");
}
