/* split.c - one call, several attempts in flight at once.
 *
 * The filter that splits a call keeps its caller's side: CALL_CALLER, at the filter's own stage,
 * `pending` = attempts in flight. Attempts are calls of their own (CALL_ATTEMPT), children of that
 * call in the family tree; on their way back they end at the filter, which takes one for the
 * answer. Then `pending` is 0 and the others are abandoned. Always: begun = taken + not taken +
 * abandoned + in flight. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

static uint32_t trunk_of(const struct world *w, uint32_t attempt)
{
    check(call_get(w, attempt)->flags & CALL_ATTEMPT);
    return flow_of(w)->attempts.trunks[attempt];
}

/* Joins a call to those that the one at the filter waits for. */
static void attempt_join(struct world *w, uint32_t trunk, uint32_t id)
{
    struct attempts *a = &flow_of(w)->attempts;
    if (!a->trunks) a->trunks = calls_beside(w, sizeof *a->trunks);
    a->trunks[id] = trunk;
    call_link(w->calls->items, call_get(w, trunk), id, call_get(w, id));
    call_get(w, id)->flags |= CALL_ATTEMPT;
    call_get(w, trunk)->pending++;
    a->begun++;
}

static void attempt_leave(struct world *w, uint32_t trunk, uint32_t id)
{
    call_unlink(w->calls->items, call_get(w, trunk), call_get(w, id));
    call_get(w, id)->flags &= (uint8_t)~CALL_ATTEMPT;
}

uint8_t attempt_floor(const struct world *w, uint32_t id)
{
    return (uint8_t)(call_get(w, trunk_of(w, id))->stage + 1);
}

void attempt_replace(struct world *w, uint32_t id, uint32_t old)
{
    uint32_t trunk = trunk_of(w, old);
    attempt_leave(w, trunk, old);
    struct attempts *a = &flow_of(w)->attempts;
    if (!a->trunks) a->trunks = calls_beside(w, sizeof *a->trunks);
    a->trunks[id] = trunk;
    call_link(w->calls->items, call_get(w, trunk), id, call_get(w, id));
    call_get(w, id)->flags |= CALL_ATTEMPT;
}

uint32_t call_split(struct world *w, uint32_t old, uint8_t index)
{
    const struct call *c = call_get(w, old);
    check(c->stage > index && !(c->flags & CALL_ORPHAN));
    uint32_t trunk = call_caller_side(w, old, index);
    attempt_join(w, trunk, old);
    return trunk;
}

void call_attempt(struct world *w, uint32_t trunk, uint8_t number)
{
    struct call *t = call_get(w, trunk);
    check(t->state == CALL_CALLER && !(t->flags & CALL_ORPHAN));
    t->attempt = number;
    uint32_t id = call_copy(w, trunk, (uint8_t)(t->stage + 1));
    attempt_join(w, trunk, id);
    call_forward(w, id);
}

/* Its server hears of it in an event of its own: what that frees goes on with others, and must not do
 * so in the middle of the answer that made this attempt superfluous. */
static void attempt_drop(struct world *w, uint32_t trunk, uint32_t id)
{
    call_tell_gone(w, id, attempt_floor(w, id));
    attempt_leave(w, trunk, id);
    flow_of(w)->attempts.abandoned++;
    if (call_let_go(w, id, OUTCOME_ABANDONED))
        engine_at(w->engine, now_ns(w), &call_cancel, id, call_get(w, id)->generation);
}

bool attempts_drop(struct world *w, uint32_t trunk)
{
    uint32_t generation = call_get(w, trunk)->generation;
    call_get(w, trunk)->pending = 0;
    while (call_is_open(w, trunk, generation) && call_side(w, trunk)->child != CALL_NONE)
        attempt_drop(w, trunk, call_side(w, trunk)->child);
    return call_is_open(w, trunk, generation);
}

/* One that waits for a server, or is on its way to one. */
static uint32_t not_begun(const struct world *w, uint32_t trunk)
{
    uint32_t id = call_side(w, trunk)->child;
    while (id != CALL_NONE && call_get(w, id)->flags & CALL_BEGUN)
        id = call_side(w, id)->sibling;
    return id;
}

uint32_t call_withdraw(struct world *w, uint32_t trunk)
{
    uint32_t generation = call_get(w, trunk)->generation, count = 0, id;
    while (call_is_open(w, trunk, generation) && (id = not_begun(w, trunk)) != CALL_NONE) {
        call_get(w, trunk)->pending--;
        count++;
        if (w->tracing)
            recorder_trace(w->recorder, now_ns(w), "call.withdraw",
                           "%s key=%016llx attempt=%u cause=another is begun",
                           route_name(w, call_get(w, id)->route),
                           (unsigned long long)call_get(w, id)->key, call_get(w, id)->attempt);
        attempt_drop(w, trunk, id);
    }
    return count;
}

void call_begun(struct world *w, uint32_t id)
{
    if (!(call_get(w, id)->flags & CALL_ATTEMPT)) return;
    uint32_t trunk = trunk_of(w, id);
    const struct call *t = call_get(w, trunk);
    const struct route *r = flow_of(w)->routes[t->route];
    const struct filter_type *type = r->filters[t->stage].type;
    if (t->pending > 0 && type->on_begun)
        type->on_begun(&instance_of(w, r, t)->sites[t->stage], w, trunk, id);
}

/* The answer that counts, in the place of the call that waited for it. */
static void attempt_take(struct world *w, uint32_t trunk, uint32_t id)
{
    struct call *t = call_get(w, trunk);
    const struct call *c = call_get(w, id);
    t->outcome = c->outcome;
    t->pod = c->pod;
    call_side(w, trunk)->reply_bytes = call_side(w, id)->reply_bytes;
    flow_of(w)->attempts.taken++;
    call_close(w, id);
    if (!attempts_drop(w, trunk)) return;
    flow_of(w)->routes[t->route]->filters[t->stage].tally.returned++;
    call_backward(w, trunk);
}

void attempt_answered(struct world *w, uint32_t id)
{
    uint32_t trunk = trunk_of(w, id);
    struct call *t = call_get(w, trunk);
    enum verdict verdict = FILTER_WAIT;
    attempt_leave(w, trunk, id);
    if (t->pending > 0) { /* else another has been taken already, and this one was to be dropped */
        t->pending--;
        const struct route *r = flow_of(w)->routes[t->route];
        verdict = r->filters[t->stage].type->on_attempt(&instance_of(w, r, t)->sites[t->stage], w,
                                                        trunk, id);
    }
    if (verdict != FILTER_WAIT) {
        attempt_take(w, trunk, id);
        return;
    }
    flow_of(w)->attempts.untaken++;
    call_close(w, id);
}

void attempts_check(const struct world *w, uint32_t in_flight)
{
    const struct attempts *a = &flow_of(w)->attempts;
    check(a->begun == a->taken + a->untaken + a->abandoned + in_flight);
}
