/* probing.c - active health checks at work: each caller asks each of its backends, again and again.
 *
 * A probe is a real call: it travels, waits for a worker and takes its time. It passes no filters
 * and no balancer. Of one backend at most one probe of a caller is under way, since the time-out is
 * no longer than the interval. */
#include "traffic/policy.h"

#include "base/arena.h"
#include "flow/flow.h"

#include <string.h>

#include "base/poison.h"

static void on_round(struct world *w, uint32_t route, uint32_t instance);
static void on_late(struct world *w, uint32_t call, uint32_t generation);

static const struct event_type probe_round = { EVENT("probe.round"),
                                               .fire = on_round,
                                               .phase = PHASE_CONTROL };
static const struct event_type probe_late = {
    EVENT("probe.late"), .fire = on_late, .live = call_live, .phase = PHASE_WORK
};

static bool has_endpoint(const struct group *g, const char *endpoint)
{
    for (uint32_t i = 0; i < g->operation_count; i++)
        if (strcmp(g->operations[i], endpoint) == 0) return true;
    return false;
}

void probing_prepare(struct world *w, struct policy_shared *shared, uint32_t route, struct place at,
                     struct diag *d)
{
    const struct health_rule *rule = shared->health;
    const struct group *g = group_get(w, route_group(w, route));
    if (!has_endpoint(g, rule->endpoint))
        diag_error(d, at, "healthCheck.endpoint",
                   arena_format(w->arena, "there is '%s'", g->operations[0]),
                   "'%s' has no endpoint '%s' to be asked", g->name, rule->endpoint);
    shared->at = at;
    shared->probe_lane = engine_lane(w->engine, rule->interval_ns, &probe_round);
    shared->timeout_lane = engine_lane(w->engine, rule->timeout_ns, &probe_late);
}

/* ------------------------------------------------------------------------- what comes back */

static void judge(struct world *w, uint32_t call, bool passed)
{
    const struct call *c = call_get(w, call);
    const struct policy_site *site = route_policy(w, route_owner(w, c->route), c->parent);
    struct policy_shared *shared = site->shared;
    const struct group *g = group_get(w, site->group);
    struct host *h = host_of(site, g, c->pod);
    if (!passed) shared->counts.probes_failed++;
    if (!h->present || h->since_ns > c->sent_ns) return; /* another pod by now */
    if (!health_result(shared->health, &h->health, passed)) {
        /* As Envoy's successful_active_health_check_uneject_host, true by default. */
        if (passed && !h->health.failing && h->outlier.ejected) {
            h->outlier.ejected = false;
            ejection_end(site, w, c->pod, "probe");
        }
        return;
    }
    route_arrange(w, site->route, site->instance);
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "health.change",
                       "%s instance=%u pod=%u %s cause=probe %s", route_name(w, site->route),
                       site->instance, c->pod - g->first, passed ? "healthy" : "unhealthy",
                       outcome_names[passed ? OUTCOME_OK : c->outcome]);
}

static void on_answer(struct world *w, uint32_t call)
{
    judge(w, call, call_get(w, call)->outcome == OUTCOME_OK);
}

static void on_late(struct world *w, uint32_t call, uint32_t generation)
{
    (void)generation;
    call_get(w, call)->outcome = OUTCOME_TIMEOUT;
    judge(w, call, false);
    call_drop(w, call);
}

/* ------------------------------------------------------------------------- asking */

/* The probes' own way, beside that of the calls. */
void probing_open(struct world *w, struct policy_shared *shared, uint32_t route)
{
    const struct group *g = group_get(w, route_group(w, route));
    struct diag *d = diag_open();
    struct route_spec probes = {
        .caller = arena_format(w->arena, "%s health", route_name(w, route)),
        .target = arena_format(w->arena, "%s %s", g->name, shared->health->endpoint),
        .at = shared->at,
        .addressed = true,
        .reply = on_answer,
        .owner = route,
    };
    shared->probe_route = route_open(w, &probes, d);
    diag_close(d); /* the endpoint is there, since probing_prepare */
}

static bool caller_is_there(const struct policy_site *site, const struct world *w)
{
    const struct policy_shared *shared = site->shared;
    if (shared->caller_group == GROUP_NONE) return true;
    const struct group *own = group_get(w, shared->caller_group);
    for (uint32_t i = 0; i < own->ready_count; i++)
        if (own->ready[i] - own->first == site->instance) return true;
    return false;
}

static void probe(const struct policy_site *site, struct world *w, uint32_t backend)
{
    struct policy_shared *shared = site->shared;
    uint32_t id = call_take(w);
    struct call *c = call_get(w, id);
    uint64_t key = stream_key(w->root_key, route_name(w, shared->probe_route), "probe");
    c->key = key_child(key, shared->probes_ever++);
    c->sent_ns = now_ns(w);
    c->deadline_ns = now_ns(w) + shared->health->timeout_ns;
    c->parent = site->instance;
    c->priority = 0;
    call_side(w, id)->customer = site->instance;
    call_side(w, id)->tries = 0;
    shared->counts.probes++;
    engine_lane_push(w->engine, shared->timeout_lane, id, c->generation);
    call_go_to(w, id, shared->probe_route, backend);
}

/* All that the caller knows of are asked, used or not. */
static void on_round(struct world *w, uint32_t route, uint32_t instance)
{
    const struct policy_site *site = route_policy(w, route, instance);
    const struct policy_shared *shared = site->shared;
    engine_lane_push(w->engine, shared->probe_lane, route, instance);
    if (!caller_is_there(site, w)) return;
    route_look_up(w, route, instance);
    for (uint32_t i = 0; i < site->count; i++)
        probe(site, w, site->backends[i].id);
}

void probing_begin(const struct policy_site *site, struct world *w)
{
    on_round(w, site->route, site->instance);
}
