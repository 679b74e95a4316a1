/* slices.c - the endpoints controller, for one group.
 *
 * Level-triggered, as Kubernetes' controllers are: a change is an occasion to look, and what is
 * written is what is there when it is written. So changes may overtake each other on the way, and
 * the slices still end up right. */
#include "traffic/slices.h"

#include "traffic/traffic.h"

#include "base/arena.h"
#include "orrery/dist.h"
#include "orrery/route.h"

struct slices {
    struct group_watcher watcher; /* first: it is found by it */
    const struct slices_spec *spec;
    uint32_t group, number;
    bool filled;
    struct rng rng;
    struct listing listing;
    struct slices_follower *followers;
};

static void on_write(struct world *w, uint32_t number, uint32_t backend)
{
    struct slices *s = traffic_of(w)->slices[number];
    const struct group *g = group_get(w, s->group);
    bool ready = group_is_ready(g, backend);
    if (!listing_put(&s->listing, backend, ready ? group_address(w, g, backend) : 0)) return;
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "slice.written", "%s pod=%u %s", g->name,
                       backend - g->first, ready ? "ready" : "not ready");
    for (const struct slices_follower *f = s->followers; f; f = f->next)
        f->told(w, f);
}

static const struct event_type slice_write = { "slice.write", on_write, NULL, PHASE_CONTROL };

/* Nobody reports for a node that is down: it has to be missed. */
static bool unreported(const struct world *w, const struct group *g, uint32_t backend)
{
    if (group_is_ready(g, backend) || !g->type->reach) return false;
    return g->type->reach(w, backend, group_address(w, g, backend)) == REACH_SILENT;
}

static void on_change(struct world *w, const struct group_watcher *watcher, uint32_t backend)
{
    struct slices *s = (struct slices *)watcher;
    if (!s->filled) return; /* the run has not begun */
    int64_t delay_ns = dist_draw_ns(&s->spec->propagation, &s->rng);
    if (unreported(w, group_get(w, s->group), backend))
        delay_ns = time_add(delay_ns, s->spec->node_grace_ns);
    engine_at(w->engine, time_add(now_ns(w), delay_ns), &slice_write, s->number, backend);
}

static struct slices *find(const struct world *w, const struct slices_spec *spec, uint32_t group)
{
    const struct traffic *t = traffic_of(w);
    for (uint32_t i = 0; i < t->slices_count; i++)
        if (t->slices[i]->group == group && t->slices[i]->spec == spec) return t->slices[i];
    return NULL;
}

struct slices *slices_open(struct world *w, const struct slices_spec *spec, uint32_t route)
{
    struct traffic *t = traffic_of(w);
    uint32_t group = route_group(w, route);
    struct slices *s = find(w, spec, group);
    if (s) return s;
    s = arena_alloc(w->arena, sizeof *s);
    *s = (struct slices){ .spec = spec, .group = group, .number = t->slices_count };
    const char *name = arena_format(w->arena, "%s slices %u", group_get(w, group)->name, s->number);
    s->rng = rng_open(stream_key(w->root_key, name, "propagation"));
    listing_open(&s->listing, w, group_get(w, group));
    s->watcher.told = on_change;
    group_watch(w, group, &s->watcher);
    size_t bytes = t->slices_count * sizeof *t->slices;
    t->slices = arena_grow(w->arena, t->slices, bytes, bytes + sizeof *t->slices);
    t->slices[t->slices_count++] = s;
    return s;
}

void slices_follow(struct slices *s, struct slices_follower *follower)
{
    struct slices_follower **end = &s->followers;
    while (*end)
        end = &(*end)->next;
    *end = follower;
}

uint32_t slices_group(const struct slices *s)
{
    return s->group;
}

uint32_t slices_capacity(const struct slices *s)
{
    return s->listing.capacity;
}

void slices_begin(struct world *w)
{
    const struct traffic *t = traffic_of(w);
    for (uint32_t i = 0; i < t->slices_count; i++)
        slices_view(t->slices[i], w);
}

/* A caller may begin before this room does, at the same instant. */
const struct view *slices_view(struct slices *s, const struct world *w)
{
    if (!s->filled) listing_fill(&s->listing, w, group_get(w, s->group));
    s->filled = true;
    return &s->listing.view;
}
