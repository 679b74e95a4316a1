/* trace.h - what a run's trace says of each customer: when he came, and what work he was.
 *
 * A fact is (what, key, step) -> value. Two runs see the same customers when their facts agree
 * wherever both have them. */
#ifndef LAWS_TRACE_H
#define LAWS_TRACE_H

#include "../support/cloud.h"

#include "orrery/rng.h"

#include <inttypes.h>

struct fact {
    uint64_t what, key; /* what: a hash of the client's route, or of the service and its step */
    int64_t value;      /* ns */
    bool arrival;
};

struct facts {
    struct fact *items;
    uint32_t count, capacity;
};

static inline void facts_add(struct facts *f, struct fact x)
{
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? 2 * f->capacity : 1024;
        f->items = realloc(f->items, f->capacity * sizeof *f->items);
        assert_non_null(f->items);
    }
    f->items[f->count++] = x;
}

static inline int fact_order(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    if (x->what != y->what) return x->what < y->what ? -1 : 1;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static inline uint64_t number_after(const char *line, const char *name, int base)
{
    const char *at = strstr(line, name);
    if (!at) fail_msg("no %s in: %s", name, line);
    return strtoull(at + strlen(name), NULL, base);
}

/* "12.345678901  cpu.work  shop pod=0 key=... step=1 work_ms=2.345678" and the like. */
static inline void facts_read_line(struct facts *f, char *line)
{
    struct fact x = { 0 };
    char *seconds = line, *kind = strstr(line, "  ");
    if (!kind) return;
    char *detail = strstr(kind + 2, "  ");
    if (!detail) return;
    *kind = *detail = '\0';
    kind += 2, detail += 2;
    if (strcmp(kind, "cpu.work") == 0) {
        double ms = strtod(strstr(detail, "work_ms=") + 8, NULL);
        x.key = number_after(detail, "key=", 16);
        x.value = (int64_t)(ms * 1e6 + 0.5);
        uint64_t step = number_after(detail, "step=", 10);
        *strchr(detail, ' ') = '\0';
        x.what = key_child(hash_text(detail), step);
    } else if (strcmp(kind, "call.sent") == 0 && strncmp(detail, "u-", 2) == 0 &&
               number_after(detail, "attempt=", 10) == 0) { /* a client's first attempt */
        char *fraction = strchr(seconds, '.');
        x.arrival = true;
        x.key = number_after(detail, "key=", 16);
        x.value = strtoll(seconds, NULL, 10) * NS_PER_S + strtoll(fraction + 1, NULL, 10);
        *strstr(detail, " pod=") = '\0';
        x.what = hash_text(detail);
    } else {
        return;
    }
    facts_add(f, x);
}

/* Runs a scenario whose clients' names begin with "u-"; equal facts are kept once. */
static inline struct facts facts_of(const char *objects)
{
    struct facts f = { 0 };
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct scenario s;
    cloud_open(&s, objects, (struct cloud_options){ .trace = out, .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    assert_true(recorder_close(s.rec));
    fclose(out);
    scenario_close(&s);
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")))
        facts_read_line(&f, line);
    free(text);
    qsort(f.items, f.count, sizeof *f.items, fact_order);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f.count; i++)
        if (kept == 0 || fact_order(&f.items[i], &f.items[kept - 1])) f.items[kept++] = f.items[i];
    f.count = kept;
    return f;
}

struct agreement {
    uint32_t arrivals_a, arrivals_b, arrivals_both, works_both, works_a;
};

/* Fails when one run contradicts itself or the other. */
static inline struct agreement facts_compare(const struct facts *a, const struct facts *b)
{
    struct agreement g = { 0 };
    for (uint32_t i = 0; i < b->count; i++)
        g.arrivals_b += b->items[i].arrival;
    for (uint32_t i = 0, n = 0; i < a->count; i++) {
        const struct fact *x = &a->items[i];
        if (i > 0 && x[-1].what == x->what && x[-1].key == x->key)
            fail_msg("customer %016" PRIx64 " is two things: %" PRId64 " and %" PRId64, x->key,
                     x[-1].value, x->value);
        g.arrivals_a += x->arrival;
        g.works_a += !x->arrival;
        while (n < b->count && (b->items[n].what < x->what ||
                                (b->items[n].what == x->what && b->items[n].key < x->key)))
            n++;
        if (n == b->count || b->items[n].what != x->what || b->items[n].key != x->key) continue;
        if (b->items[n].value != x->value)
            fail_msg("customer %016" PRIx64 ": %s %" PRId64 " ns here, %" PRId64 " ns there",
                     x->key, x->arrival ? "comes at" : "works", x->value, b->items[n].value);
        if (x->arrival)
            g.arrivals_both++;
        else
            g.works_both++;
    }
    return g;
}

#endif
