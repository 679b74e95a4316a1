/* discovery_consul.c - a catalog that is checked: agents look after the pods of their nodes.
 *
 * An agent asks each of its pods every interval, at a time of that pod's own, and tells the servers
 * what has changed; agents miss each other by gossip. Callers hang on a blocking query and learn at
 * once. A process that ends in order deregisters; one that dies is found by its next check. */
#include "orrery/discovery.h"

#include "traffic/catalog.h"

#include "base/arena.h"
#include "orrery/dist.h"
#include "orrery/route.h"

struct consul_spec {
    struct discovery_spec reached;
    int64_t interval_ns, node_failure_ns;
    uint32_t failures;
    struct part propagation;
};

struct consul_shared {
    struct catalog_follower follower; /* first: it is found by it */
    struct catalog *catalog;
};

/* Until the check that finds it: the checks of a pod lie an interval apart, somewhere. */
static int64_t until_check(const struct consul_spec *s, const struct world *w,
                           const struct group *g, uint32_t backend)
{
    uint64_t key = key_child(stream_key(w->root_key, g->name, "consul check"), backend - g->first);
    struct rng r = rng_keyed(key);
    int64_t phase_ns = (int64_t)(rng_uniform(&r) * (double)s->interval_ns);
    int64_t into_ns = (now_ns(w) + s->interval_ns - phase_ns) % s->interval_ns;
    return s->interval_ns - into_ns;
}

static int64_t consul_delay(const void *spec, const struct world *w, const struct group *g,
                            uint32_t backend, struct rng *r)
{
    const struct consul_spec *s = spec;
    int64_t delay_ns = dist_draw_ns(&s->propagation, r);
    if (group_is_ready(g, backend)) return delay_ns + until_check(s, w, g, backend);
    if (catalog_unreported(w, g, backend)) return delay_ns + s->node_failure_ns;
    if (g->type->leaves && g->type->leaves(w, backend)) return delay_ns;
    return delay_ns + until_check(s, w, g, backend) + s->failures * s->interval_ns;
}

static void catalog_changed(struct world *w, const struct catalog_follower *follower)
{
    uint32_t route = follower->route, count = route_instances(w, route);
    for (uint32_t i = 0; i < count; i++) {
        const struct discovery_site *site = discovery_site_of(w, route, i);
        const struct consul_shared *shared = site->shared;
        if (site->lives && site->life > 0) view_set(w, site, catalog_view(shared->catalog, w));
    }
}

static void *consul_prepare(const void *spec, struct world *w, uint32_t route)
{
    struct consul_shared *shared = arena_alloc(w->arena, sizeof *shared);
    shared->catalog = catalog_open(w, spec, consul_delay, route);
    shared->follower.told = catalog_changed;
    shared->follower.route = route;
    catalog_follow(shared->catalog, &shared->follower);
    return shared;
}

static void consul_begin(const struct discovery_site *site, struct world *w)
{
    const struct consul_shared *shared = site->shared;
    view_set(w, site, catalog_view(shared->catalog, w));
}

static const struct discovery_type consul_type = {
    .prepare = consul_prepare,
    .begin = consul_begin,
};

static const struct field consul_fields[] = {
    DISCOVERY_FIELDS(struct consul_spec, reached.),
    DURATION(struct consul_spec, "interval", interval_ns, .preset = "10s", .min = 1e6, .max = 86400e9,
             .doc = "Time between two checks of a pod. A new one is listed once a check has passed. "
                    "Every check must say it; 10 s is what the documentation's examples say."),
    COUNT(struct consul_spec, "failuresBeforeCritical", failures, .preset = "0", .min = 0,
          .max = 1000,
          .doc = "Failed checks that are let pass before the one that takes a pod out of the lists."),
    DURATION(struct consul_spec, "nodeFailure", node_failure_ns, .preset = "5s", .min = 0,
             .max = 86400e9,
             .doc = "How long a node that is down goes unnoticed: a probe of 1 s and a suspicion of 4 s, "
                    "the least in a local network of up to ten nodes; up to six times that while "
                    "nobody confirms it."),
    PART(struct consul_spec, "propagation", propagation, "dist", .unit = UNIT_DURATION,
         .preset = "100ms",
         .doc = "From an agent's knowing to the callers' knowing: servers and blocking query. Measure "
                "yours."),
    FIELDS_END
};

const struct kind discovery_consul = {
    .name = "consul",
    .role = "discovery",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Callers watch the passing instances of a service in Consul: news reach them at once, but a "
           "pod that dies, or is new, is only found by its next check.",
    .source = "Consul: health checks, blocking queries; memberlist's defaults for a local network",
    .example = "discovery = consul { interval = \"5s\" }",
    .spec_size = sizeof(struct consul_spec),
    .fields = consul_fields,
    .vtable = &consul_type,
};
