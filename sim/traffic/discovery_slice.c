/* discovery_slice.c - a Kubernetes Service: EndpointSlices, and a kube-proxy that writes rules.
 *
 * Each caller has a kube-proxy of its own (that of its node). A change of the slices makes it
 * write its rules anew, though not more often than minSyncPeriod allows; they then say what the
 * slices say at that moment. At most one writing of a caller is pending. */
#include "traffic/discovery_slice.h"

#include "base/arena.h"
#include "orrery/dist.h"
#include "orrery/route.h"

static void on_written(struct world *w, uint32_t route, uint32_t instance)
{
    const struct discovery_site *site = discovery_site_of(w, route, instance);
    const struct slice_shared *shared = site->shared;
    view_set(w, site, catalog_view(shared->slices, w));
}

static const struct event_type proxy_written = { EVENT("proxy.written"), on_written, NULL, PHASE_CONTROL };

static void on_sync(struct world *w, uint32_t route, uint32_t instance)
{
    const struct discovery_site *site = discovery_site_of(w, route, instance);
    const struct slice_spec *spec = site->spec;
    struct slice_state *state = site->state;
    sync_ran(&state->sync, now_ns(w), spec->min_sync_ns);
    int64_t takes_ns = dist_draw_ns(&spec->sync_time, &state->rng);
    if (takes_ns == 0)
        on_written(w, route, instance);
    else
        engine_at(w->engine, now_ns(w) + takes_ns, &proxy_written, route, instance);
}

static const struct event_type proxy_sync = { EVENT("proxy.sync"), on_sync, NULL, PHASE_CONTROL };

static void slices_changed(struct world *w, const struct catalog_follower *follower)
{
    uint32_t route = follower->route, count = route_instances(w, route);
    for (uint32_t i = 0; i < count; i++) {
        const struct discovery_site *site = discovery_site_of(w, route, i);
        const struct slice_spec *spec = site->spec;
        struct slice_state *state = site->state;
        if (!site->lives || site->life == 0 || engine_pending(w->engine, state->pending)) continue;
        int64_t at_ns = sync_at(&state->sync, now_ns(w), spec->min_sync_ns);
        state->pending = engine_timer(w->engine, at_ns, &proxy_sync, route, i);
    }
}

/* Nobody reports for a node that is down: it has to be missed. */
static int64_t slices_delay(const void *spec, const struct world *w, const struct group *g,
                            uint32_t backend, struct rng *r)
{
    const struct slices_spec *s = spec;
    int64_t delay_ns = dist_draw_ns(&s->propagation, r);
    return catalog_unreported(w, g, backend) ? time_add(delay_ns, s->node_grace_ns) : delay_ns;
}

void slice_open(struct slice_shared *shared, const struct slice_spec *spec, struct world *w,
                uint32_t route)
{
    shared->slices = catalog_open(w, &spec->slices, slices_delay, route);
    shared->key = stream_key(w->root_key, route_name(w, route), "kube-proxy");
    shared->follower.route = route;
}

void slice_follow(struct slice_shared *shared)
{
    shared->follower.told = slices_changed;
    catalog_follow(shared->slices, &shared->follower);
}

static void *slice_prepare(const void *spec, struct world *w, uint32_t route)
{
    struct slice_shared *shared = arena_alloc(w->arena, sizeof *shared);
    slice_open(shared, spec, w, route);
    slice_follow(shared);
    return shared;
}

/* The node's rules were there before the process was. */
void slice_begin(const struct discovery_site *site, struct world *w)
{
    const struct slice_shared *shared = site->shared;
    struct slice_state *state = site->state;
    state->rng = rng_open(key_child(key_child(shared->key, site->instance), site->life));
    view_set(w, site, catalog_view(shared->slices, w));
}

static const struct discovery_type slice_type = {
    .state_size = sizeof(struct slice_state),
    .prepare = slice_prepare,
    .begin = slice_begin,
};

static const struct field slice_fields[] = {
    DISCOVERY_FIELDS(struct slice_spec, reached.),
    SLICES_FIELDS(struct slice_spec, slices.),
    SLICE_FIELDS(struct slice_spec, ),
    FIELDS_END
};

const struct kind discovery_slice = {
    .name = "endpointSlice",
    .role = "discovery",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A Kubernetes Service: readiness reaches a caller through the EndpointSlice and its "
           "node's kube-proxy. The pods of a node that is down stay until it has been missed. "
           "kube-proxy chooses at random: say balancer = random for that.",
    .source = "Kubernetes: endpoint slice controller, node lifecycle controller, kube-proxy's "
              "bounded frequency runner",
    .example = "discovery = endpointSlice { propagation = \"200ms\", minSyncPeriod = \"1s\" }",
    .spec_size = sizeof(struct slice_spec),
    .fields = slice_fields,
    .vtable = &slice_type,
};
