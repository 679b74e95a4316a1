/* pick.c - choosing a backend at a call site, and learning what came of it.
 *
 * An instance's packed backends follow its group's ready set, or what a discovery makes of it: rebuilt
 * when the version differs, keeping what this caller knows of those that stay. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

static struct backend newcomer(const struct group *g, uint32_t id)
{
    uint32_t index = id - g->first;
    return (struct backend){ .id = id,
                             .weight = 1,
                             .zone = g->zones ? g->zones[index] : 0,
                             .since_ns = g->since_ns[index] };
}

static void refresh(struct instance *in, const struct group *g, const struct view *view)
{
    struct backend *now = in->backends, *old = now + g->capacity;
    memcpy(old, now, in->count * sizeof *now);
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t id = view->backends[i], was = in->position[id - g->first];
        now[i] = was != POSITION_NONE ? old[was] : newcomer(g, id);
    }
    memset(in->position, 0xff, g->capacity * sizeof *in->position);
    for (uint32_t i = 0; i < view->count; i++)
        in->position[view->backends[i] - g->first] = i;
    in->count = view->count;
    in->version = view->version;
}

/* What the caller believes: without a discovery, the group itself. */
static void look_up(const struct route *r, struct instance *in, const struct group *g)
{
    if (!r->discovered) {
        struct view truth = { g->ready, NULL, g->ready_count, g->version };
        if (in->version != truth.version) refresh(in, g, &truth);
        return;
    }
    const struct view *view = r->discovered->views[in - r->instances];
    if (in->version != view->version) refresh(in, g, view);
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
                         zone_of(w, r, call) };
    uint32_t chosen =
        r->balancer->pick(r->balancer_spec, in->balancer_state, in->backends, in->count, &pick);
    check(chosen < in->count || (chosen == BACKEND_NONE && r->balancer->refuses));
    return chosen;
}

static void note_chosen(struct world *w, uint32_t call)
{
    struct flow *f = flow_of(w);
    if (call >= f->chosen_capacity) {
        uint32_t wider = w->calls->capacity;
        f->chosen_ns =
            arena_grow(w->arena, f->chosen_ns, f->chosen_capacity * sizeof *f->chosen_ns,
                       wider * sizeof *f->chosen_ns);
        f->chosen_capacity = wider;
    }
    f->chosen_ns[call] = now_ns(w);
}

uint32_t route_pick(struct world *w, struct route *r, struct instance *in, uint32_t call)
{
    const struct group *g = &flow_of(w)->groups[r->group];
    look_up(r, in, g);
    if (in->count == 0) return POSITION_NONE;
    uint32_t chosen = in->count == 1 && !r->balancer->refuses ? 0 : ask(w, r, in, call);
    if (r->counts && chosen != POSITION_NONE) {
        in->backends[chosen].in_flight++;
        if (r->balancer->observe) note_chosen(w, call);
    }
    return chosen;
}

void route_return(struct world *w, uint32_t call, enum outcome outcome)
{
    const struct call *c = call_get(w, call);
    const struct flow *f = flow_of(w);
    const struct route *r = &f->routes[c->route];
    if (!r->counts) return;
    struct instance *in = instance_of(w, r, c);
    uint32_t position = in->position[c->pod - f->groups[r->group].first];
    if (position == POSITION_NONE) return;
    struct backend *b = &in->backends[position];
    /* A backend that left and came back starts its count anew. */
    if (b->in_flight > 0) b->in_flight--;
    if (!r->balancer->observe) return;
    struct observation seen = { now_ns(w) - f->chosen_ns[call], now_ns(w), outcome };
    r->balancer->observe(r->balancer_spec, in->balancer_state, b, &seen);
}
