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
    return instance_of(w, flow_of(w)->routes[c->route], c)->sites[index];
}

void call_backward(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    struct route *r = flow_of(w)->routes[c->route];
    uint8_t end = c->flags & CALL_ATTEMPT ? attempt_floor(w, id) : 0, stage = c->stage;
    c->state = CALL_CALLER;
    const struct filter_site *site = stage > end ? &instance_of(w, r, c)->sites[stage] : NULL;
    struct guard *guard = &r->filters[stage];
    while (stage > end) {
        site--, guard--;
        c->stage = --stage;
        if (guard->type->on_reply && guard->type->on_reply(site, w, id) == FILTER_WAIT) return;
        guard->tally.returned++;
    }
    if (end)
        attempt_answered(w, id);
    else
        call_finish(w, id, r);
}

static void trace_sent(struct world *w, uint32_t id, const struct route *r)
{
    const struct call *c = call_get(w, id);
    recorder_trace(w->recorder, now_ns(w), "call.sent", "%s pod=%u key=%016llx attempt=%u", r->name,
                   c->pod - r->to->first, (unsigned long long)c->key, c->attempt);
}

/* The caller knows of no backend. */
static void nowhere(struct world *w, uint32_t id, const struct route *r)
{
    call_get(w, id)->outcome = OUTCOME_UNAVAILABLE;
    if (r->discovered) view_nowhere(w, r);
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "call.unavailable", "%s no ready backend", r->name);
    call_backward(w, id);
}

bool call_find_backend(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    struct route *r = flow_of(w)->routes[c->route];
    struct instance *in = instance_of(w, r, c);
    uint32_t chosen = route_pick(w, r, in, id);
    if (chosen == POSITION_NONE) {
        nowhere(w, id, r);
        return false;
    }
    c->pod = in->backends[chosen].id;
    return true;
}

void call_dispatch(struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    const struct route *r = flow_of(w)->routes[c->route];
    if (r->discovered && !view_known(w, r, instance_of(w, r, c), id)) return;
    call_choose(w, id);
}

void call_choose(struct world *w, uint32_t id)
{
    struct flow *f = flow_of(w);
    struct call *c = call_get(w, id);
    struct route *r = f->routes[c->route];
    struct instance *in = instance_of(w, r, c);
    c->outcome = OUTCOME_OK;
    if (r->channel) {
        r->sent++;
        if (transport_send(w, r, in, id)) return;
        r->sent--;
        nowhere(w, id, r);
        return;
    }
    if (!call_find_backend(w, id)) return;
    r->sent++;
    c->state = CALL_SENT;
    if (w->tracing) trace_sent(w, id, r);
    if (r->discovered && !view_connect(w, r, in, id)) return;
    if (f->networked && network_carry(w, id, &call_arrives)) return;
    r->to->type->offer(w, c->pod, id);
}

void call_go_to(struct world *w, uint32_t id, uint32_t route, uint32_t backend)
{
    const struct flow *f = flow_of(w);
    struct route *r = f->routes[route];
    struct call *c = call_get(w, id);
    check(!r->by_pod && r->filter_count == 0);
    call_set_out(w->calls->items, NULL, id, c, r);
    c->outcome = OUTCOME_OK;
    r->sent++;
    c->pod = backend;
    c->state = CALL_SENT;
    if (w->tracing) trace_sent(w, id, r);
    if (f->networked && network_carry(w, id, &call_arrives)) return;
    r->to->type->offer(w, backend, id);
}

void call_arm(struct world *w, struct route *r, uint32_t id, struct call *c)
{
    const struct asked_guard *a = r->asked, *end = a + r->asked_count;
    for (; a < end; a++) {
        if (a->retry_passed) c->side.budget_ns = c->deadline_ns;
        call_bound(w, &a->bound, id, c);
    }
    if (a->retry_passed) c->side.budget_ns = c->deadline_ns;
    c->stage = r->filter_count;
    r->passed++;
}

void call_stopped(struct world *w, uint32_t id, struct route *r, uint8_t index,
                  enum verdict verdict, enum outcome outcome)
{
    for (uint8_t i = 0; i <= index; i++)
        r->filters[i].tally.calls++;
    if (verdict == FILTER_ANSWER) call_answer(w, id, index, outcome);
}

bool call_pass(struct world *w, uint32_t id)
{
    struct call *c = call_get(w, id);
    struct route *r = route_get(w, c->route);
    const struct filter_site *sites = instance_of(w, r, c)->sites;
    for (; c->stage < r->filter_count; c->stage++) {
        struct guard *g = &r->filters[c->stage];
        enum outcome outcome = OUTCOME_REJECTED;
        g->tally.calls++;
        if (g->type->retries) c->side.budget_ns = c->deadline_ns;
        if (g->quiet) continue;
        enum verdict verdict = g->type->on_call(&sites[c->stage], w, id, &outcome);
        if (verdict == FILTER_PASS) continue;
        if (verdict == FILTER_ANSWER) call_answer(w, id, c->stage, outcome);
        return false;
    }
    return true;
}

void call_forward(struct world *w, uint32_t id)
{
    if (call_pass(w, id)) call_dispatch(w, id);
}

void call_reply(struct world *w, uint32_t id, enum outcome outcome)
{
    struct call *c = call_get(w, id);
    c->outcome = (uint8_t)outcome;
    if (c->flags & CALL_ORPHAN) {
        call_close(w, id);
        return;
    }
    if (flow_of(w)->routes[c->route]->channel) {
        transport_back(w, id);
        return;
    }
    if (flow_of(w)->networked && network_carry(w, id, &call_returns)) return;
    route_return(w, id, outcome);
    call_backward(w, id);
}

static void on_arrives(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    struct call *c = call_get(w, id);
    struct group *g = flow_of(w)->routes[c->route]->to;
    g->type->offer(w, c->pod, id);
}

const struct event_type call_arrives = { EVENT("call.arrives"), on_arrives, call_live, PHASE_WORK };

static void on_returns(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    route_return(w, id, call_get(w, id)->outcome);
    call_backward(w, id);
}

const struct event_type call_returns = { EVENT("call.returns"), on_returns, call_live, PHASE_WORK };

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
    flow_of(w)->routes[c->route]->filters[index].tally.answered++;
    call_backward(w, id);
}
