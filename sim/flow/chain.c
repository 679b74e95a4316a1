/* chain.c - a call's way out through its filters, to a backend, and back.
 *
 * call.stage is the number of filters passed: forward stops at the first that answers or
 * waits, backward starts below the one that answered. Runs by index, never by recursion over
 * filters; the C stack grows only with the depth of the call graph, which is limited. */
#include "flow/flow.h"

#include "base/check.h"

struct filter_site filter_site_of(const struct world *w, uint32_t id, uint8_t index)
{
    const struct call *c = call_get(w, id);
    return instance_of(w, &flow_of(w)->routes[c->route], c)->sites[index];
}

static void backward(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    const struct route *r = &flow_of(w)->routes[c->route];
    c->state = CALL_CALLER;
    while (c->stage > 0) {
        uint8_t index = --c->stage;
        const struct filter_type *type = r->filters[index].type;
        if (!type->on_reply) continue;
        if (type->on_reply(&instance_of(w, r, c)->sites[index], w, id) == FILTER_WAIT) return;
        c = call_get(w, id); /* the pool may have grown */
    }
    call_finish(w, id, r);
}

static void trace_sent(struct world *w, uint32_t id, const struct route *r)
{
    const struct call *c = call_get(w, id);
    recorder_trace(w->recorder, now_ns(w), "call.sent", "%s pod=%u key=%016llx attempt=%u", r->name,
                   c->pod - flow_of(w)->groups[r->group].first, (unsigned long long)c->key,
                   c->attempt);
}

static enum hop hop_of(const struct flow *f, const struct route *r, const struct world *w,
                       const struct call *c)
{
    if (!r->by_pod) return HOP_INTERNET;
    const struct group *g = &f->groups[r->group];
    if (!g->zones || !r->zones) return HOP_LOCAL;
    uint8_t here = r->zones[call_get(w, c->parent)->pod - r->instance_base];
    return g->zones[c->pod - g->first] == here ? HOP_LOCAL : HOP_CROSS_ZONE;
}

void call_dispatch(struct world *w, uint32_t id)
{
    struct flow *f = flow_of(w);
    struct call *c = call_get(w, id);
    struct route *r = &f->routes[c->route];
    struct instance *in = instance_of(w, r, c);
    uint32_t chosen = route_pick(w, r, in, id);
    c->outcome = OUTCOME_OK;
    if (chosen == POSITION_NONE) {
        c->outcome = OUTCOME_UNAVAILABLE;
        if (w->tracing)
            recorder_trace(w->recorder, now_ns(w), "call.unavailable", "%s no ready backend",
                           r->name);
        backward(w, id);
        return;
    }
    c->pod = in->backends[chosen].id;
    c->state = CALL_SENT;
    if (w->tracing) trace_sent(w, id, r);
    if (f->networked) {
        enum hop hop = hop_of(f, r, w, c);
        if (f->hop_ns[hop] > 0) {
            engine_lane_push(w->engine, f->lane_there[hop], id, c->generation);
            return;
        }
    }
    f->groups[r->group].type->offer(w, c->pod, id);
}

void call_forward(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    const struct route *r = &flow_of(w)->routes[c->route];
    const struct filter_site *sites = instance_of(w, r, c)->sites;
    while (c->stage < r->filter_count) {
        enum outcome outcome = OUTCOME_REJECTED;
        enum verdict verdict = r->filters[c->stage].type->on_call(&sites[c->stage], w, id, &outcome);
        if (verdict == FILTER_WAIT) return;
        if (verdict == FILTER_ANSWER) {
            c->outcome = (uint8_t)outcome;
            backward(w, id);
            return;
        }
        c->stage++;
    }
    call_dispatch(w, id);
}

void call_reply(struct world *w, uint32_t id, enum outcome outcome)
{
    struct flow *f = flow_of(w);
    struct call *c = call_get(w, id);
    c->outcome = (uint8_t)outcome;
    if (c->flags & CALL_ORPHAN) {
        call_close(w, id);
        return;
    }
    if (f->networked) {
        enum hop hop = hop_of(f, &f->routes[c->route], w, c);
        if (f->hop_ns[hop] > 0) {
            c->state = CALL_REPLIED;
            engine_lane_push(w->engine, f->lane_back[hop], id, c->generation);
            return;
        }
    }
    route_return(w, id, outcome);
    backward(w, id);
}

static void on_arrives(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    struct call *c = call_get(w, id);
    struct group *g = &flow_of(w)->groups[flow_of(w)->routes[c->route].group];
    g->type->offer(w, c->pod, id);
}

const struct event_type call_arrives = { "call.arrives", on_arrives, call_live, PHASE_WORK };

static void on_returns(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    route_return(w, id, call_get(w, id)->outcome);
    backward(w, id);
}

const struct event_type call_returns = { "call.returns", on_returns, call_live, PHASE_WORK };

/* Leaves the server's side to itself: worked on unwanted, or gone. The id is then no longer the
 * caller's; whoever gave up has a new one, or needs none. */
static void release(struct world *w, uint32_t id, enum outcome outcome)
{
    struct call *c = call_get(w, id);
    const struct flow *f = flow_of(w);
    uint8_t state = c->state;
    if (state == CALL_CALLER) {
        call_close(w, id);
        return;
    }
    route_return(w, id, outcome);
    c->flags |= CALL_ORPHAN;
    bool gone = state == CALL_REPLIED ||
                f->groups[f->routes[c->route].group].type->cancel(w, c->pod, id);
    if (gone) call_close(w, id);
}

/* Filters outside the one that gave up learn the id they must now wait for. */
static void tell_moved(struct world *w, uint32_t id, uint32_t old, uint8_t index)
{
    const struct call *c = call_get(w, id);
    const struct route *r = &flow_of(w)->routes[c->route];
    for (uint8_t i = 0; i < index; i++)
        if (r->filters[i].type->on_moved)
            r->filters[i].type->on_moved(&instance_of(w, r, c)->sites[i], w, id, old);
}

/* Filters from `first` on that saw the call go out will see no reply to it. */
static void tell_gone(struct world *w, uint32_t id, uint8_t first)
{
    const struct call *c = call_get(w, id);
    const struct route *r = &flow_of(w)->routes[c->route];
    uint8_t end = c->stage + (c->state == CALL_CALLER && c->stage < r->filter_count);
    for (uint8_t i = first; i < end; i++)
        if (r->filters[i].type->on_gone)
            r->filters[i].type->on_gone(&instance_of(w, r, c)->sites[i], w, id);
}

/* The caller's side of a call under a new id, its reply due at filter `index`. */
static uint32_t split_caller(struct world *w, uint32_t old, uint8_t index)
{
    uint32_t id = call_take(w);
    struct call *from = call_get(w, old), *c = call_get(w, id);
    uint32_t generation = c->generation;
    *c = *from;
    c->generation = generation;
    c->state = CALL_CALLER;
    c->stage = index;
    c->flags = 0;
    struct call_side *side = call_side(w, id), *old_side = call_side(w, old);
    side->child = CALL_NONE;
    side->customer = old_side->customer;
    side->tries = old_side->tries;
    side->budget_ns = old_side->budget_ns;
    side->reply_bytes = 0;
    if (flow_of(w)->routes[c->route].by_pod) {
        call_unlink(w, from->parent, old);
        call_link(w, from->parent, id);
    }
    return id;
}

uint32_t call_abandon(struct world *w, uint32_t old, uint8_t index)
{
    tell_gone(w, old, index + 1);
    uint32_t id = split_caller(w, old, index);
    release(w, old, OUTCOME_TIMEOUT);
    tell_moved(w, id, old, index);
    return id;
}

void call_sever(struct world *w, uint32_t old, enum outcome outcome)
{
    struct call *c = call_get(w, old);
    if (c->flags & CALL_ORPHAN) {
        call_close(w, old);
        return;
    }
    uint8_t stage = flow_of(w)->routes[c->route].filter_count;
    route_return(w, old, outcome);
    uint32_t id = split_caller(w, old, stage);
    call_close(w, old);
    tell_moved(w, id, old, stage);
    call_get(w, id)->outcome = (uint8_t)outcome;
    backward(w, id);
}

void call_drop(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    tell_gone(w, id, 0);
    if (flow_of(w)->routes[c->route].by_pod) call_unlink(w, c->parent, id);
    release(w, id, OUTCOME_ABANDONED);
}

void call_resume(struct world *w, uint32_t id, uint8_t stage)
{
    call_get(w, id)->stage = stage;
    call_forward(w, id);
}

void call_answer(struct world *w, uint32_t id, uint8_t index, enum outcome outcome)
{
    struct call *c = call_get(w, id);
    check(c->state == CALL_CALLER && index < FILTERS_MAX);
    c->stage = index;
    c->outcome = (uint8_t)outcome;
    backward(w, id);
}
