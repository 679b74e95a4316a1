/* pick.c - choosing a backend at a call site, and learning what came of it.
 *
 * An instance's packed backends follow its group's ready set, or what a discovery makes of it:
 * rebuilt when the version differs, keeping what this caller knows of those that stay. */
#include "flow/flow.h"

#include "base/check.h"

#include <string.h>

static struct backend newcomer(const struct group *g, uint32_t index)
{
    return (struct backend){ .id = g->first + index,
                             .weight = g->weights ? g->weights[index] : 1,
                             .zone = g->zones ? g->zones[index] : 0,
                             .level = g->levels ? g->levels[index] : 0,
                             .since_ns = g->since_ns[index] };
}

/* One that left and came back between two looks is a newcomer too. */
static bool stays(const struct instance *in, const struct group *g, uint32_t index)
{
    return in->position[index] != POSITION_NONE && g->since_ns[index] <= in->fresh_ns;
}

static void refresh(struct world *w, const struct route *r, struct instance *in,
                    const struct group *g, const struct view *view)
{
    struct backend *now = in->backends, *old = now + g->capacity;
    memcpy(old, now, in->count * sizeof *now);
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t index = view->backends[i] - g->first;
        now[i] = stays(in, g, index) ? old[in->position[index]] : newcomer(g, index);
    }
    in->count = view->count;
    in->version = view->version;
    in->fresh_ns = now_ns(w);
    in->disordered = false;
    if (in->policy) {
        in->policy->count = in->count;
        r->policy->arrange(in->policy, w);
    }
    memset(in->position, 0xff, g->capacity * sizeof *in->position);
    for (uint32_t i = 0; i < in->count; i++)
        in->position[now[i].id - g->first] = i;
}

/* What the caller believes: without a discovery, the group itself. */
void route_look(struct world *w, const struct route *r, struct instance *in,
                const struct group *g)
{
    struct view truth = { g->ready, NULL, g->ready_count, g->version };
    const struct view *view = r->discovered ? r->discovered->views[in - r->instances] : &truth;
    bool disordered = r->policy && (in->disordered || r->policy->stale(in->policy, w));
    if (in->version != view->version || disordered) refresh(w, r, in, g, view);
}

void route_look_up(struct world *w, uint32_t route, uint32_t instance)
{
    const struct route *r = flow_of(w)->routes[route];
    route_look(w, r, &r->instances[instance], group_get(w, r->group));
}

static uint8_t zone_of(const struct world *w, const struct route *r, uint32_t call)
{
    if (!r->by_pod || !r->zones) return ZONE_OUTSIDE;
    return r->zones[call_get(w, call_get(w, call)->parent)->pod - r->instance_base];
}

static uint32_t ask(struct world *w, struct route *r, struct instance *in, uint32_t call)
{
    struct pick pick = { hash_mix(call_side(w, call)->customer),
                         &in->rng,
                         r->balancer_shared,
                         in->version,
                         now_ns(w),
                         zone_of(w, r, call),
                         call,
                         w };
    bool refuses = r->policy || r->balancer->refuses;
    uint32_t chosen = r->policy ? r->policy->pick(in->policy, w, call, &pick)
                                : r->balancer->pick(r->balancer_spec, in->balancer_state,
                                                    in->backends, in->count, &pick);
    check(chosen < in->count || (chosen == BACKEND_NONE && refuses));
    return chosen;
}

uint32_t route_pick(struct world *w, struct route *r, struct instance *in, uint32_t call)
{
    const struct group *g = r->to;
    route_look(w, r, in, g);
    if (in->count == 0) return POSITION_NONE;
    bool obvious = in->count == 1 && !r->policy && !r->balancer->refuses;
    uint32_t chosen = obvious ? 0 : ask(w, r, in, call);
    if (r->counts && chosen != POSITION_NONE) {
        in->backends[chosen].in_flight++;
        if (r->observes) flow_of(w)->chosen_ns[call] = now_ns(w);
    }
    return chosen;
}

void route_return(struct world *w, uint32_t call, enum outcome outcome)
{
    flow_of(w)->routes[call_get(w, call)->route]->back[outcome]++;
    backend_return(w, call, outcome);
}

void backend_return(struct world *w, uint32_t call, enum outcome outcome)
{
    const struct call *c = call_get(w, call);
    const struct flow *f = flow_of(w);
    const struct route *r = f->routes[c->route];
    if (f->metered) transfer_note(w, r, call, outcome);
    if (!r->counts) return;
    struct instance *in = instance_of(w, r, c);
    uint32_t position = in->position[c->pod - r->to->first];
    if (position == POSITION_NONE) return;
    struct backend *b = &in->backends[position];
    /* A backend that left and came back starts its count anew. */
    if (b->in_flight > 0) b->in_flight--;
    if (!r->observes) return;
    struct observation seen = { now_ns(w) - f->chosen_ns[call], now_ns(w), outcome,
                                r->to->first, w };
    if (r->policy)
        r->policy->observe(in->policy, w, call, position, &seen);
    else
        r->balancer->observe(r->balancer_spec, in->balancer_state, b, &seen);
}
