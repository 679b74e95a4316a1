/* mix.c - where a client's calls go. One route for each different target, so that a client has one
 * view of a service's backends however often a journey comes back to it. */
#include "workload/workload.h"

#include "base/arena.h"
#include "flow/flow.h"

#include <string.h>

static struct route *target_open(struct world *w, const struct client *cl, const char *target,
                            struct place at, struct diag *d)
{
    const struct client_spec *s = cl->spec;
    struct route_spec route = {
        .caller = cl->name,
        .target = target,
        .at = at,
        .reply = client_reply,
        .owner = cl->index,
        .instance_count = 1,
        .asks = &s->asks,
    };
    route_say(&route, &s->said);
    uint32_t id = route_open(w, &route, d);
    return id == ROUTE_NONE ? NULL : route_get(w, id);
}

static void single_open(struct world *w, struct client *cl, struct place at, struct diag *d)
{
    cl->mix.count = 1;
    cl->mix.routes[0] = target_open(w, cl, cl->spec->target, at, d);
}

static void weighted_open(struct world *w, struct client *cl, struct place at, struct diag *d)
{
    const struct map *said = &cl->spec->mix;
    struct mix *m = &cl->mix;
    double sum = 0;
    m->count = said->count;
    m->cumulative = arena_alloc(w->arena, said->count * sizeof *m->cumulative);
    for (uint32_t i = 0; i < said->count; i++) {
        m->routes[i] = target_open(w, cl, said->entries[i].key, at, d);
        sum += said->entries[i].number;
        m->cumulative[i] = sum;
    }
}

static void journey_open(struct world *w, struct client *cl, struct place at, struct diag *d)
{
    const char *const *targets = cl->spec->journey.items;
    struct mix *m = &cl->mix;
    m->count = cl->spec->journey.count;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t same = 0;
        while (strcmp(targets[same], targets[i]) != 0)
            same++;
        m->routes[i] = same < i ? m->routes[same] : target_open(w, cl, targets[i], at, d);
    }
}

void mix_open(struct world *w, struct client *cl, struct place at, struct diag *d)
{
    const struct client_spec *s = cl->spec;
    uint32_t most = 1 + s->mix.count + s->journey.count;
    cl->mix.routes = arena_alloc(w->arena, most * sizeof *cl->mix.routes);
    if (s->mix.count)
        weighted_open(w, cl, at, d);
    else if (s->journey.count)
        journey_open(w, cl, at, d);
    else
        single_open(w, cl, at, d);
}

struct route *mix_route(const struct mix *m, uint64_t key, uint32_t turn)
{
    if (m->count == 1) return m->routes[0];
    if (!m->cumulative) return m->routes[turn % m->count];
    struct rng r = call_rng(key, PURPOSE_MIX);
    double point = rng_uniform(&r) * m->cumulative[m->count - 1];
    uint32_t low = 0, high = m->count - 1;
    while (low < high) { /* the first whose cumulative weight exceeds the point */
        uint32_t middle = (low + high) / 2;
        if (m->cumulative[middle] > point)
            high = middle;
        else
            low = middle + 1;
    }
    return m->routes[low];
}
