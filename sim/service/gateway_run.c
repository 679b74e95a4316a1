/* gateway_run.c - a request at a gateway: which of its routes, and which of the route's targets.
 *
 * The choice is the customer's: the same in every variant of a scenario, drawn anew for each attempt
 * unless the route is sticky. */
#include "service/gateway.h"

#include "base/check.h"

static bool is_for(const struct choice *choice, uint32_t customer)
{
    for (uint32_t i = 0; i < choice->condition_count; i++)
        if (!share_has(choice->conditions[i].key, choice->conditions[i].share, customer))
            return false;
    return true;
}

static uint32_t target_of(const struct choice *choice, uint64_t attempt_key, uint32_t customer)
{
    if (choice->target_count == 1) return 0;
    struct rng r = rng_keyed(choice->sticky ? key_child(choice->key, customer) : attempt_key);
    return weight_index(choice->cumulative, choice->target_count, rng_uniform(&r));
}

static void trace_route(struct world *w, const struct call *c, const struct chooser *from,
                        const struct choice *choice, uint32_t target)
{
    const struct service *s = pod_get(w, c->pod)->owner;
    unsigned long long key = c->key;
    uint32_t pod = c->pod - s->first_pod;
    if (!choice)
        recorder_trace(w->recorder, now_ns(w), "gateway.none",
                       "%s pod=%u key=%016llx cause=no route is for %s", s->name, pod, key,
                       from->request);
    else
        recorder_trace(w->recorder, now_ns(w), "gateway.route",
                       "%s pod=%u key=%016llx route=%u to=%s cause=%s", s->name, pod, key,
                       choice->route, choice->targets[target],
                       choice->sticky             ? "the customer's own"
                       : choice->target_count > 1 ? "by weight"
                                                  : "the only target");
}

enum step_result gateway_run(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    const struct call_side *side = call_side(w, call);
    const struct chooser *from = service_room_of(w)->choosers[i->table];
    for (uint32_t n = 0; n < from->count; n++) {
        const struct choice *choice = &from->choices[n];
        if (!is_for(choice, side->customer)) continue;
        uint64_t key = key_child(step_key(c, side, i), attempt_number(c, side));
        uint32_t target = target_of(choice, key, side->customer);
        if (w->tracing) trace_route(w, c, from, choice, target);
        step_jump(c, i, (uint16_t)(choice->entry + 2 * target));
        return STEP_NEXT;
    }
    if (w->tracing) trace_route(w, c, from, NULL, 0);
    if (measured(w, c->entered_ns)) pod_get(w, c->pod)->owner->unrouted++;
    c->outcome = OUTCOME_ERROR;
    return STEP_END;
}

enum step_result gateway_leave(struct world *w, uint32_t call, const struct instruction *i)
{
    step_jump(call_get(w, call), i, i->target);
    return STEP_NEXT;
}

/* What the target answered is what the gateway answers: its outcome, and its bytes. */
void gateway_reply(struct world *w, uint32_t child)
{
    const struct call *c = call_get(w, child);
    struct call *p = call_get(w, c->parent);
    check(p->pending > 0);
    p->pending--;
    p->outcome = c->outcome == OUTCOME_CRASHED ? OUTCOME_UNAVAILABLE : c->outcome; /* reset: 503 */
    call_side(w, c->parent)->reply_bytes = call_side(w, child)->reply_bytes;
}

/* As program_proceed, under a name of its own: the short way of an answer to a program (path.c) would
 * pass gateway_reply by. */
void gateway_proceed(struct world *w, uint32_t call)
{
    program_proceed(w, call);
}
