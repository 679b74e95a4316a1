/* catalog.c - changes, and when they are written.
 *
 * Level-triggered, as Kubernetes' controllers are: a change is an occasion to look, and what is
 * written is what is there when it is written. So changes may overtake each other on the way, and
 * the catalog still ends up right. */
#include "traffic/catalog.h"

#include "traffic/traffic.h"

#include "base/arena.h"
#include "orrery/route.h"

struct catalog {
    struct group_watcher watcher; /* first: it is found by it */
    const void *spec;
    catalog_delay *delay;
    uint32_t group, number;
    bool filled;
    struct rng rng;
    struct listing listing;
    struct catalog_follower *followers;
};

static void on_write(struct world *w, uint32_t number, uint32_t backend)
{
    struct catalog *c = traffic_of(w)->catalogs[number];
    const struct group *g = group_get(w, c->group);
    bool ready = group_is_ready(g, backend);
    if (!listing_put(&c->listing, backend, ready ? group_address(w, g, backend) : 0)) return;
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "catalog.written", "%s pod=%u %s", g->name,
                       backend - g->first, ready ? "ready" : "not ready");
    for (const struct catalog_follower *f = c->followers; f; f = f->next)
        f->told(w, f);
}

static const struct event_type catalog_write = { EVENT("catalog.write"), on_write, NULL, PHASE_CONTROL };

bool catalog_unreported(const struct world *w, const struct group *g, uint32_t backend)
{
    if (group_is_ready(g, backend) || !g->type->reach) return false;
    return g->type->reach(w, backend, group_address(w, g, backend)) == REACH_SILENT;
}

static void on_change(struct world *w, const struct group_watcher *watcher, uint32_t backend)
{
    struct catalog *c = (struct catalog *)watcher;
    if (!c->filled) return; /* the run has not begun */
    int64_t delay_ns = c->delay(c->spec, w, group_get(w, c->group), backend, &c->rng);
    engine_at(w->engine, time_add(now_ns(w), delay_ns), &catalog_write, c->number, backend);
}

static struct catalog *find(const struct world *w, const void *spec, uint32_t group)
{
    const struct traffic *t = traffic_of(w);
    for (uint32_t i = 0; i < t->catalog_count; i++)
        if (t->catalogs[i]->group == group && t->catalogs[i]->spec == spec) return t->catalogs[i];
    return NULL;
}

struct catalog *catalog_open(struct world *w, const void *spec, catalog_delay *delay, uint32_t route)
{
    struct traffic *t = traffic_of(w);
    uint32_t group = route_group(w, route);
    struct catalog *c = find(w, spec, group);
    if (c) return c;
    c = arena_alloc(w->arena, sizeof *c);
    *c = (struct catalog){ .spec = spec, .delay = delay, .group = group, .number = t->catalog_count };
    const char *name = arena_format(w->arena, "%s catalog %u", group_get(w, group)->name, c->number);
    c->rng = rng_open(stream_key(w->root_key, name, "propagation"));
    listing_open(&c->listing, w, group_get(w, group));
    c->watcher.told = on_change;
    group_watch(w, group, &c->watcher);
    size_t bytes = t->catalog_count * sizeof *t->catalogs;
    t->catalogs = arena_grow(w->arena, t->catalogs, bytes, bytes + sizeof *t->catalogs);
    t->catalogs[t->catalog_count++] = c;
    return c;
}

void catalog_follow(struct catalog *c, struct catalog_follower *follower)
{
    struct catalog_follower **end = &c->followers;
    while (*end)
        end = &(*end)->next;
    *end = follower;
}

uint32_t catalog_group(const struct catalog *c)
{
    return c->group;
}

void catalogs_begin(struct world *w)
{
    const struct traffic *t = traffic_of(w);
    for (uint32_t i = 0; i < t->catalog_count; i++)
        catalog_view(t->catalogs[i], w);
}

/* A caller may begin before this room does, at the same instant. */
const struct view *catalog_view(struct catalog *c, const struct world *w)
{
    if (!c->filled) listing_fill(&c->listing, w, group_get(w, c->group));
    c->filled = true;
    return &c->listing.view;
}
