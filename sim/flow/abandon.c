/* abandon.c - giving up on a call: its caller goes on, is gone, or hears that the pod has died.
 *
 * What the server still does goes on under the old id, as an orphan, unless its service cancels it;
 * the caller's side has a new id, which the filters further out are told. */
#include "flow/flow.h"

#include "base/check.h"

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
    call_backward(w, id);
}

void call_drop(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    tell_gone(w, id, 0);
    if (flow_of(w)->routes[c->route].by_pod) call_unlink(w, c->parent, id);
    release(w, id, OUTCOME_ABANDONED);
}
