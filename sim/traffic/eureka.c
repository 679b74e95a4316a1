/* eureka.c - the server: leases, sweeps, self-preservation, and a response cache before it all.
 *
 * An instance registers when it is ready, renews by arithmetic (lease.h), and cancels when it is told
 * to end; one that dies is found by a sweep. Always: registered - cancelled - evicted = leases. */
#include "traffic/eureka.h"

#include "traffic/lease.h"
#include "traffic/traffic.h"

#include "base/arena.h"
#include "base/check.h"

struct enrolled {
    struct group_watcher watcher; /* first: it is found by it */
    struct eureka *server;
    uint32_t group;
    struct lease *leases;     /* by backend - first */
    struct listing registry;  /* those with a lease */
    struct listing cached;    /* the same as it was when the response cache was filled */
};

struct eureka {
    const struct eureka_spec *spec;
    struct enrolled **groups;
    uint32_t group_count, lease_count;
    struct rng rng;
    bool begun, preserving;
    uint64_t registered, cancelled, evicted, sweeps, preserved; /* of the whole run */
    uint64_t evicted_reset, sweeps_reset, preserved_reset;
};

struct eureka *eureka_of(struct world *w)
{
    struct traffic *t = traffic_of(w);
    if (t->eureka) return t->eureka;
    struct eureka *e = t->eureka = arena_alloc(w->arena, sizeof *e);
    e->spec = document_singleton(w->doc, "eurekaServer");
    e->rng = rng_open(stream_key(w->root_key, "eureka", "sweeps"));
    return e;
}

/* ------------------------------------------------------------------------- leases */

static void lease_take(struct world *w, struct enrolled *g, uint32_t backend, int64_t begun_ns)
{
    const struct group *group = group_get(w, g->group);
    struct lease *l = &g->leases[backend - group->first];
    if (!l->address) {
        g->server->lease_count++;
        g->server->registered++;
    }
    *l = (struct lease){ group_address(w, group, backend), begun_ns, TIME_NEVER };
    listing_put(&g->registry, backend, l->address);
}

static void lease_drop(struct world *w, struct enrolled *g, uint32_t backend, uint64_t *counter)
{
    struct lease *l = &g->leases[backend - group_get(w, g->group)->first];
    check(l->address && g->server->lease_count > 0);
    l->address = 0;
    g->server->lease_count--;
    ++*counter;
    listing_put(&g->registry, backend, 0);
}

static void trace_lease(const struct world *w, const struct enrolled *g, uint32_t backend,
                        const char *what, const char *why)
{
    const struct group *group = group_get(w, g->group);
    recorder_trace(w->recorder, now_ns(w), what, "%s pod=%u cause=%s", group->name,
                   backend - group->first, why);
}

static void on_change(struct world *w, const struct group_watcher *watcher, uint32_t backend)
{
    struct enrolled *g = (struct enrolled *)watcher;
    const struct group *group = group_get(w, g->group);
    if (!g->server->begun) return;
    struct lease *l = &g->leases[backend - group->first];
    if (group_is_ready(group, backend)) {
        if (w->tracing) trace_lease(w, g, backend, "eureka.register", "ready");
        lease_take(w, g, backend, now_ns(w));
    } else if (l->address && group->type->leaves && group->type->leaves(w, backend)) {
        if (w->tracing) trace_lease(w, g, backend, "eureka.cancel", "told to end");
        lease_drop(w, g, backend, &g->server->cancelled);
    } else {
        l->ended_ns = now_ns(w);
    }
}

uint32_t eureka_enroll(struct eureka *e, struct world *w, uint32_t group)
{
    for (uint32_t i = 0; i < e->group_count; i++)
        if (e->groups[i]->group == group) return i;
    struct enrolled *g = arena_alloc(w->arena, sizeof *g);
    const struct group *known = group_get(w, group);
    *g = (struct enrolled){ .server = e, .group = group };
    g->leases = arena_alloc(w->arena, known->capacity * sizeof *g->leases);
    listing_open(&g->registry, w, known);
    listing_open(&g->cached, w, known);
    g->watcher.told = on_change;
    group_watch(w, group, &g->watcher);
    size_t bytes = e->group_count * sizeof *e->groups;
    e->groups = arena_grow(w->arena, e->groups, bytes, bytes + sizeof *e->groups);
    e->groups[e->group_count] = g;
    return e->group_count++;
}

const struct view *eureka_view(const struct eureka *e, uint32_t enrolled)
{
    return &e->groups[enrolled]->cached.view;
}

/* ------------------------------------------------------------------------- sweeps */

static uint32_t renewals_last_minute(const struct eureka *e, const struct world *w)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < e->group_count; i++) {
        const struct enrolled *g = e->groups[i];
        for (uint32_t n = 0; n < g->registry.capacity; n++)
            if (g->leases[n].address)
                sum += lease_renewals(&g->leases[n], e->spec->heartbeat_ns,
                                      now_ns(w) - NS_PER_MIN, now_ns(w));
    }
    return sum;
}

static bool expired(const struct eureka *e, const struct world *w, const struct lease *l)
{
    if (!l->address) return false;
    int64_t renewed_ns = lease_renewed_ns(l, e->spec->heartbeat_ns, now_ns(w));
    return eureka_expired(renewed_ns, e->spec->duration_ns, now_ns(w));
}

static uint32_t expired_count(const struct eureka *e, const struct world *w)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->group_count; i++)
        for (uint32_t n = 0; n < e->groups[i]->registry.capacity; n++)
            count += expired(e, w, &e->groups[i]->leases[n]);
    return count;
}

/* Takes out `wanted` of the expired ones, each as likely as the next (selection sampling). */
static void evict(struct eureka *e, struct world *w, uint32_t count, uint32_t wanted)
{
    for (uint32_t i = 0; i < e->group_count && wanted > 0; i++) {
        struct enrolled *g = e->groups[i];
        for (uint32_t n = 0; n < g->registry.capacity && wanted > 0; n++) {
            if (!expired(e, w, &g->leases[n])) continue;
            if (rng_below(&e->rng, count--) >= wanted) continue;
            wanted--;
            if (w->tracing)
                trace_lease(w, g, g->registry.first + n, "eureka.evict", "lease expired");
            lease_drop(w, g, g->registry.first + n, &e->evicted);
        }
    }
}

static bool preserves(struct eureka *e, const struct world *w)
{
    if (!e->spec->preserves) return false;
    uint32_t threshold =
        eureka_threshold(e->lease_count, e->spec->heartbeat_ns, e->spec->threshold_ratio);
    return renewals_last_minute(e, w) <= threshold;
}

static void tell_preserving(struct eureka *e, struct world *w, bool preserving)
{
    if (e->preserving != preserving)
        recorder_event(w->recorder, now_ns(w), preserving ? "eureka.preserving" : "eureka.evicting",
                       "eureka", 0, "%u renewals in a minute, for %u leases",
                       renewals_last_minute(e, w), e->lease_count);
    e->preserving = preserving;
}

static void on_sweep(struct world *w, uint32_t unused, uint32_t unused_too);
static const struct event_type eureka_sweep = { EVENT("eureka.sweep"), on_sweep, NULL, PHASE_CONTROL };

static void on_sweep(struct world *w, uint32_t unused, uint32_t unused_too)
{
    struct eureka *e = traffic_of(w)->eureka;
    uint32_t count = expired_count(e, w);
    uint32_t limit = eureka_eviction_limit(e->lease_count, e->spec->threshold_ratio);
    bool preserving = e->lease_count > 0 && preserves(e, w);
    tell_preserving(e, w, preserving);
    e->sweeps++;
    e->preserved += preserving;
    if (!preserving) evict(e, w, count, count < limit ? count : limit);
    engine_at(w->engine, now_ns(w) + e->spec->eviction_ns, &eureka_sweep, unused, unused_too);
}

/* ------------------------------------------------------------------------- the response cache */

static void fill_cache(struct eureka *e)
{
    for (uint32_t i = 0; i < e->group_count; i++) {
        struct enrolled *g = e->groups[i];
        for (uint32_t n = 0; n < g->registry.capacity; n++)
            listing_put(&g->cached, g->registry.first + n, g->registry.addresses[n]);
    }
}

static void on_cache(struct world *w, uint32_t unused, uint32_t unused_too);
static const struct event_type eureka_cache = { EVENT("eureka.cache"), on_cache, NULL, PHASE_CONTROL };

static void on_cache(struct world *w, uint32_t unused, uint32_t unused_too)
{
    struct eureka *e = traffic_of(w)->eureka;
    fill_cache(e);
    engine_at(w->engine, now_ns(w) + e->spec->cache_ns, &eureka_cache, unused, unused_too);
}

/* ------------------------------------------------------------------------- the run */

static int64_t within(struct rng *r, int64_t period_ns)
{
    return (int64_t)(rng_uniform(r) * (double)period_ns);
}

/* Everything has been running for a while: each timer is somewhere in its round. */
void eureka_begin(struct world *w)
{
    struct eureka *e = traffic_of(w)->eureka;
    if (!e || e->begun) return;
    e->begun = true;
    for (uint32_t i = 0; i < e->group_count; i++) {
        struct enrolled *g = e->groups[i];
        const struct group *known = group_get(w, g->group);
        for (uint32_t n = 0; n < known->ready_count; n++) {
            /* Three rounds ago, so that the last minute's renewals are there. */
            int64_t ago_ns = NS_PER_MIN + e->spec->heartbeat_ns + within(&e->rng, e->spec->heartbeat_ns);
            lease_take(w, g, known->ready[n], -ago_ns);
        }
    }
    fill_cache(e);
    engine_at(w->engine, within(&e->rng, e->spec->eviction_ns), &eureka_sweep, 0, 0);
    engine_at(w->engine, within(&e->rng, e->spec->cache_ns), &eureka_cache, 0, 0);
}

void eureka_reset(struct world *w)
{
    struct eureka *e = traffic_of(w)->eureka;
    if (!e) return;
    e->evicted_reset = e->evicted;
    e->sweeps_reset = e->sweeps;
    e->preserved_reset = e->preserved;
}

void eureka_check(const struct world *w)
{
    const struct eureka *e = traffic_of(w)->eureka;
    if (e) check(e->lease_count == e->registered - e->cancelled - e->evicted);
}

void eureka_report(struct world *w)
{
    const struct eureka *e = traffic_of(w)->eureka;
    if (!e) return;
    struct recorder *r = w->recorder;
    recorder_value(r, "registry", "eureka", "leases", "1", e->lease_count);
    recorder_value(r, "registry", "eureka", "expired", "1", expired_count(e, w));
    recorder_value(r, "registry", "eureka", "evicted", "1", (double)(e->evicted - e->evicted_reset));
    recorder_value(r, "registry", "eureka", "sweeps", "1", (double)(e->sweeps - e->sweeps_reset));
    recorder_value(r, "registry", "eureka", "preserved", "1",
                   (double)(e->preserved - e->preserved_reset));
}
