/* discovery_eureka.c - each caller fetches the registry from time to time, and chooses for itself.
 *
 * A caller that begins fetches at once; one that was there before the run is somewhere in its round. */
#include "orrery/discovery.h"

#include "traffic/eureka.h"
#include "traffic/traffic.h"

#include "base/arena.h"
#include "orrery/route.h"

struct eureka_client_spec {
    struct discovery_spec reached;
    int64_t fetch_ns;
};

struct eureka_client_state {
    int64_t fetch_at_ns; /* the one that is planned: others are an earlier process's */
};

struct eureka_client {
    uint32_t enrolled;
    uint64_t key; /* of the callers' rounds */
};

static void *client_prepare(const void *spec, struct world *w, uint32_t route)
{
    (void)spec;
    struct eureka_client *c = arena_alloc(w->arena, sizeof *c);
    c->enrolled = eureka_enroll(eureka_of(w), w, route_group(w, route));
    c->key = stream_key(w->root_key, route_name(w, route), "eureka");
    return c;
}

static void on_fetch(struct world *w, uint32_t route, uint32_t instance);
static const struct event_type eureka_fetch = { EVENT("eureka.fetch"), on_fetch, NULL, PHASE_CONTROL };

static void fetch(struct world *w, const struct discovery_site *site)
{
    const struct eureka_client *c = site->shared;
    view_set(w, site, eureka_view(eureka_of(w), c->enrolled));
}

static void fetch_after(struct world *w, const struct discovery_site *site, int64_t delay_ns)
{
    struct eureka_client_state *state = site->state;
    state->fetch_at_ns = now_ns(w) + delay_ns;
    engine_at(w->engine, state->fetch_at_ns, &eureka_fetch, site->route, site->instance);
}

static void on_fetch(struct world *w, uint32_t route, uint32_t instance)
{
    const struct discovery_site *site = discovery_site_of(w, route, instance);
    const struct eureka_client_spec *spec = site->spec;
    const struct eureka_client_state *state = site->state;
    if (!site->lives || state->fetch_at_ns != now_ns(w)) return;
    fetch(w, site);
    fetch_after(w, site, spec->fetch_ns);
}

static void client_begin(const struct discovery_site *site, struct world *w)
{
    const struct eureka_client_spec *spec = site->spec;
    const struct eureka_client *c = site->shared;
    eureka_begin(w);
    fetch(w, site);
    struct rng r = rng_keyed(key_child(c->key, site->instance));
    bool before = now_ns(w) == 0;
    int64_t round_ns = (int64_t)(rng_uniform(&r) * (double)spec->fetch_ns);
    fetch_after(w, site, before ? round_ns : spec->fetch_ns);
}

static const struct discovery_type client_type = {
    .state_size = sizeof(struct eureka_client_state),
    .prepare = client_prepare,
    .begin = client_begin,
};

static const struct field client_fields[] = {
    DISCOVERY_FIELDS(struct eureka_client_spec, reached.),
    DURATION(struct eureka_client_spec, "registryFetchInterval", fetch_ns, .preset = "30s",
             .min = 1e6, .max = 86400e9,
             .doc = "Time between two fetches (registry-fetch-interval-seconds)."),
    FIELDS_END
};

const struct kind discovery_eureka = {
    .name = "eureka",
    .role = "discovery",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Callers fetch who is there from the registry of `eurekaServer`, and keep that until the next "
           "fetch.",
    .source = "Netflix Eureka client, its defaults",
    .example = "discovery = eureka { registryFetchInterval = \"30s\" }",
    .spec_size = sizeof(struct eureka_client_spec),
    .fields = client_fields,
    .vtable = &client_type,
};
