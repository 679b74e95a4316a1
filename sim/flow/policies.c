/* policies.c - opening the traffic policies of call sites, and what policies may ask of a route. */
#include "flow/flow.h"

#include "base/arena.h"

static void policy_open(struct world *w, const struct route *r, uint32_t route, uint32_t instance,
                        const void *spec)
{
    struct instance *in = &r->instances[instance];
    size_t bytes =
        r->policy->state_size + group_get(w, r->group)->capacity * r->policy->backend_state_size;
    in->policy = arena_alloc(w->arena, sizeof *in->policy);
    *in->policy = (struct policy_site){ .spec = spec,
                                        .state = arena_alloc(w->arena, bytes),
                                        .shared = r->policy_shared,
                                        .balancer = r->balancer,
                                        .balancer_spec = r->balancer_spec,
                                        .backends = in->backends,
                                        .route = route,
                                        .instance = instance,
                                        .group = r->group };
}

void policies_open(struct world *w, struct route *r, uint32_t route, const struct part *policy,
                   struct diag *d)
{
    r->policy_shared = r->policy->prepare(policy->spec, w, route, policy->at, d);
    for (uint32_t i = 0; i < r->instance_count; i++)
        policy_open(w, r, route, i, policy->spec);
}

void policies_begin(struct world *w)
{
    for (uint32_t i = 0, count = flow_of(w)->route_count; i < count; i++) {
        const struct route *r = flow_of(w)->routes[i]; /* a policy may open routes */
        if (r->policy) r->policy->begin(w, i, r->policy_shared);
    }
}

void policies_reset(struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++)
        if (f->routes[i]->policy) f->routes[i]->policy->reset(f->routes[i]->policy_shared);
}

void policies_check(const struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++)
        for (uint32_t n = 0; f->routes[i]->policy && n < f->routes[i]->instance_count; n++)
            f->routes[i]->policy->check(f->routes[i]->instances[n].policy);
}

void policies_report(struct world *w)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->route_count; i++)
        if (f->routes[i]->policy) f->routes[i]->policy->report(w, i, f->routes[i]->policy_shared);
}

void route_arrange(struct world *w, uint32_t route, uint32_t instance)
{
    flow_of(w)->routes[route]->instances[instance].disordered = true;
}

const struct policy_site *route_policy(const struct world *w, uint32_t route, uint32_t instance)
{
    return flow_of(w)->routes[route]->instances[instance].policy;
}

uint8_t route_caller_zone(const struct world *w, uint32_t route, uint32_t instance)
{
    const struct route *r = flow_of(w)->routes[route];
    return r->by_pod && r->zones ? r->zones[instance] : ZONE_OUTSIDE;
}

uint32_t route_caller_group(const struct world *w, uint32_t route)
{
    const struct flow *f = flow_of(w);
    const struct route *r = f->routes[route];
    for (uint32_t i = 0; r->by_pod && i < f->group_count; i++)
        if (f->groups[i]->first == r->instance_base) return i;
    return GROUP_NONE;
}
