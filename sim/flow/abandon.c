/* abandon.c - giving up on a call: its caller goes on, is gone, or hears that the pod has died.
 *
 * What the server still does goes on under the old id, as an orphan, unless its service cancels it;
 * the caller's side has a new id, which the filters further out are told. Freeing a server lets
 * others go on at once, and what they answer may end the very call that is being dealt with here:
 * so that comes last, and whoever goes on looks whether there is still something to go on with. */
#include "flow/flow.h"

#include "base/check.h"

bool call_let_go(struct world *w, uint32_t id, enum outcome outcome)
{
    struct call *c = call_get(w, id);
    const struct flow *f = flow_of(w);
    uint8_t state = c->state;
    if (state == CALL_CALLER) {
        attempts_drop(w, id);
        call_close(w, id);
        return false;
    }
    route_return(w, id, outcome);
    if (f->routes[c->route]->channel && transport_leave(w, id)) {
        call_close(w, id);
        return false;
    }
    c->flags |= CALL_ORPHAN;
    if (state == CALL_REPLIED) call_close(w, id);
    return state != CALL_REPLIED;
}

static void on_cancel(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    const struct flow *f = flow_of(w);
    const struct call *c = call_get(w, id);
    if (f->routes[c->route]->to->type->cancel(w, c->pod, id)) call_close(w, id);
}

const struct event_type call_cancel = { EVENT("call.cancel"), on_cancel, call_live, PHASE_WORK };

void call_release(struct world *w, uint32_t id, enum outcome outcome)
{
    if (call_let_go(w, id, outcome)) on_cancel(w, id, 0);
}

/* Filters outside `index` learn the id they must now wait for: of an attempt, those from the one
 * that split the call. */
static void tell_moved(struct world *w, uint32_t id, uint32_t old, uint8_t index)
{
    const struct call *c = call_get(w, id);
    const struct route *r = flow_of(w)->routes[c->route];
    uint8_t first = c->flags & CALL_ATTEMPT ? (uint8_t)(attempt_floor(w, id) - 1) : 0;
    for (uint8_t i = first; i < index; i++)
        if (r->filters[i].type->on_moved)
            r->filters[i].type->on_moved(&instance_of(w, r, c)->sites[i], w, id, old);
}

void call_tell_gone(struct world *w, uint32_t id, uint8_t first)
{
    const struct call *c = call_get(w, id);
    struct route *r = flow_of(w)->routes[c->route];
    uint8_t end = c->stage + (c->state == CALL_CALLER && c->stage < r->filter_count);
    for (uint8_t i = first; i < end; i++) {
        r->filters[i].tally.gone++;
        if (r->filters[i].type->on_gone)
            r->filters[i].type->on_gone(&instance_of(w, r, c)->sites[i], w, id);
    }
}

uint32_t call_copy(struct world *w, uint32_t old, uint8_t stage)
{
    uint32_t id = call_take(w);
    struct call *from = call_get(w, old), *c = call_get(w, id);
    uint32_t generation = c->generation;
    *c = *from;
    c->generation = generation;
    c->state = CALL_CALLER;
    c->stage = stage;
    c->flags = 0;
    c->pending = 0;
    struct call_side *side = call_side(w, id), *old_side = call_side(w, old);
    side->child = CALL_NONE;
    side->customer = old_side->customer;
    side->tries = old_side->tries;
    side->budget_ns = old_side->budget_ns;
    side->reply_bytes = 0;
    return id;
}

uint32_t call_caller_side(struct world *w, uint32_t old, uint8_t index)
{
    uint32_t id = call_copy(w, old, index);
    struct call *from = call_get(w, old);
    if (from->flags & CALL_ATTEMPT) {
        attempt_replace(w, id, old);
    } else if (flow_of(w)->routes[from->route]->by_pod) {
        struct call *parent = call_get(w, from->parent);
        call_unlink(w->calls->items, parent, from);
        call_link(w->calls->items, parent, id, call_get(w, id));
    }
    tell_moved(w, id, old, index);
    return id;
}

uint32_t call_abandon(struct world *w, uint32_t old, uint8_t index)
{
    call_tell_gone(w, old, index + 1);
    uint32_t id = call_caller_side(w, old, index);
    uint32_t generation = call_get(w, id)->generation;
    call_release(w, old, OUTCOME_TIMEOUT);
    return call_is_open(w, id, generation) ? id : CALL_NONE;
}

void call_sever(struct world *w, uint32_t old, enum outcome outcome)
{
    struct call *c = call_get(w, old);
    if (c->flags & CALL_ORPHAN) {
        call_close(w, old);
        return;
    }
    if (flow_of(w)->routes[c->route]->channel) transport_sever(w, old, outcome);
    route_return(w, old, outcome);
    uint32_t id = call_caller_side(w, old, flow_of(w)->routes[c->route]->filter_count);
    call_close(w, old);
    call_get(w, id)->outcome = (uint8_t)outcome;
    call_backward(w, id);
}

void call_drop(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    call_tell_gone(w, id, 0);
    if (flow_of(w)->routes[c->route]->by_pod) call_unlink(w->calls->items, call_get(w, c->parent), c);
    call_release(w, id, OUTCOME_ABANDONED);
}
