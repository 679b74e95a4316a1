/* rules_balancing.c - the rules by which load is shared, asked by vectors. */
#include "conformance.h"

#include "traffic/envoy.h"
#include "traffic/maglev.h"
#include "traffic/ring.h"

#include <stdlib.h>

#define VECTOR_LEVELS_MAX 16
#define WEIGHTED_MAX 100

static struct value *priority_load(struct question *q)
{
    uint32_t healthy[VECTOR_LEVELS_MAX], all[VECTOR_LEVELS_MAX], load[VECTOR_LEVELS_MAX], count = 0;
    const struct value *said = ask_list(q, q->input, "healthyPercent");
    for (const struct value *v = said->list_first; v && count < VECTOR_LEVELS_MAX; v = v->next) {
        all[count] = 100;
        healthy[count++] = (uint32_t)v->number;
    }
    envoy_priority_load(healthy, all, count, ENVOY_OVERPROVISIONING_PERCENT, load, NULL);
    struct value *list = tell_list(q);
    for (uint32_t i = 0; i < count; i++)
        value_append(list, tell_number(q, load[i]));
    return list;
}

static struct value *panic(struct question *q)
{
    return tell_bool(q, envoy_panics(ask_count(q, q->input, "healthy", 0, 1000000),
                                     ask_count(q, q->input, "backends", 1, 1000000),
                                     ask_count(q, q->input, "thresholdPercent", 0, 100)));
}

static struct value *least_request_weight(struct question *q)
{
    return tell_number(q, envoy_least_request_weight(ask_number(q, q->input, "weight"),
                                                     ask_count(q, q->input, "active", 0, 1000000),
                                                     ask_number(q, q->input, "bias")));
}

static struct value *slow_start(struct question *q)
{
    int64_t window_ns = ask_ns(q, q->input, "window_ms");
    double aggression = ask_number(q, q->input, "aggression");
    if (window_ns <= 0 || aggression <= 0) {
        q->problem = "input: window_ms and aggression are above 0";
        return NULL;
    }
    return tell_number(q,
                       envoy_slow_start_factor(ask_ns(q, q->input, "since_ms"), window_ns,
                                               aggression, ask_number(q, q->input, "minWeight")));
}

static uint32_t ask_weights(struct question *q, struct backend *backends)
{
    uint32_t count = 0;
    const struct value *said = ask_list(q, q->input, "weights");
    for (const struct value *v = said->list_first; v && count < WEIGHTED_MAX; v = v->next, count++)
        backends[count] = (struct backend){ .id = count, .weight = (uint32_t)v->number };
    for (uint32_t i = 0; i < count; i++)
        if (backends[i].weight == 0) q->problem = "input: a weight is a whole number above 0";
    if (count == 0) q->problem = "input: no weights";
    return count;
}

static struct value *tell_counts(struct question *q, const uint32_t *counts, uint32_t n)
{
    struct value *list = tell_list(q);
    for (uint32_t i = 0; i < n; i++)
        value_append(list, tell_number(q, counts[i]));
    return list;
}

static struct value *maglev_entries(struct question *q)
{
    struct backend backends[WEIGHTED_MAX];
    uint32_t counts[WEIGHTED_MAX] = { 0 }, n = ask_weights(q, backends);
    uint32_t size = ask_count(q, q->input, "tableSize", WEIGHTED_MAX, MAGLEV_ENTRIES_MAX);
    if (q->problem) return NULL;
    struct maglev *m = arena_alloc(q->arena, sizeof *m);
    maglev_make(m, size, backends, n);
    for (uint32_t i = 0; i < m->entry_count; i++)
        counts[m->entries[i]]++;
    return tell_counts(q, counts, n);
}

static struct value *ring_places(struct question *q)
{
    struct backend backends[WEIGHTED_MAX];
    uint32_t counts[WEIGHTED_MAX] = { 0 }, n = ask_weights(q, backends);
    uint32_t size = ask_count(q, q->input, "minimumRingSize", 1, RING_ENTRIES_MAX / 2);
    if (q->problem) return NULL;
    struct ring *r = arena_alloc(q->arena, sizeof *r);
    ring_make(r, size, backends, n);
    for (uint32_t i = 0; i < r->count; i++)
        counts[r->entries[i].position]++;
    return tell_counts(q, counts, n);
}

const struct rule rules_balancing[] = {
    { "envoyPriorityLoad", priority_load },
    { "envoyPanic", panic },
    { "envoyLeastRequestWeight", least_request_weight },
    { "envoySlowStart", slow_start },
    { "maglevEntries", maglev_entries },
    { "ringPlaces", ring_places },
    { NULL, NULL },
};
