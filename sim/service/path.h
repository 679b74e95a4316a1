/* path.h - the small moves of a call at its pod, which inline into whoever makes them.
 *
 * What they all need (the pod, its service, the time) is handed on, not looked up again: every
 * request comes through here several times. */
#ifndef SERVICE_PATH_H
#define SERVICE_PATH_H

#include "base/check.h"
#include "service/pod.h"

#define inline_always static inline __attribute__((always_inline))

inline_always void pod_enter(const struct world *w, struct pod *p, int64_t now)
{
    if (__builtin_expect(p->owner->occupied, 0)) occupancy_mark(w, p);
    p->in_flight++;
    p->area_flight -= (uint64_t)now;
}

inline_always void pod_leave(const struct world *w, struct pod *p, int64_t now)
{
    check(p->in_flight > 0);
    if (__builtin_expect(p->owner->occupied, 0)) occupancy_mark(w, p);
    p->in_flight--;
    p->area_flight += (uint64_t)now;
}

/* The call takes a worker of the pod, after waiting so long for it. */
inline_always void pod_hold(const struct world *w, struct pod *p, struct call *c, int64_t now,
                            int64_t waited_ns)
{
    p->running++;
    p->area_busy -= (uint64_t)now;
    c->flags |= CALL_HOLDS;
    if (!measured(w, c->entered_ns)) return;
    if (waited_ns > 0)
        histogram_record(&p->owner->wait, waited_ns);
    else
        p->owner->unwaited++;
}

/* And gives it back. */
inline_always void pod_release(struct pod *p, struct call *c, int64_t now)
{
    check(c->flags & CALL_HOLDS && p->running > 0);
    c->flags &= (uint8_t)~CALL_HOLDS;
    p->running--;
    p->area_busy += (uint64_t)now;
}

/* The next in line: pops a list in place; other orders are waiting.c's. */
inline_always uint32_t pod_next(struct world *w, uint32_t pod, struct pod *p, int64_t now)
{
    if (__builtin_expect(!p->owner->listed, 0)) return waiting_pop(w, pod);
    uint32_t call = p->first;
    p->first = call_get(w, call)->next;
    p->queued--;
    p->area_queue += (uint64_t)now;
    return call;
}

/* Queues the call at the end, when that is all there is to it. False: see pod_take_worker. */
inline_always bool pod_queue(struct world *w, struct pod *p, struct call *c, uint32_t call,
                             int64_t now)
{
    const struct service *s = p->owner;
    if (!s->plain_queue || p->queued >= s->spec->queue_limit) return false;
    struct call_side *side = call_side(w, call);
    side->queued_ns = now;
    side->queued_at = p->last;
    c->next = CALL_NONE;
    c->state = CALL_QUEUED;
    if (p->queued == 0)
        p->first = call;
    else
        call_get(w, p->last)->next = call;
    p->last = call;
    p->queued++;
    p->area_queue -= (uint64_t)now;
    return true;
}

/* A child of call p has its answer. */
inline_always void child_answered(const struct world *w, const struct call *c, struct call *p,
                                  bool optional)
{
    check(p->pending > 0);
    p->pending--;
    if (__builtin_expect(c->outcome == OUTCOME_OK, 1)) return;
    if (!optional)
        p->outcome = OUTCOME_ERROR;
    else if (measured(w, p->entered_ns))
        pod_get(w, p->pod)->owner->done_without++;
}

void account_traced(const struct world *w, const struct service *s, const struct call *c,
                    enum outcome outcome);

/* An end of a call that the pod was offered, whatever became of it. */
inline_always void account(const struct world *w, struct service *s, const struct call *c,
                           enum outcome outcome, int64_t now)
{
    s->ended_total++;
    if (measured(w, c->entered_ns)) meter_end(&s->meter, outcome, now - c->entered_ns);
    if (__builtin_expect(outcome != OUTCOME_OK && w->tracing, 0)) account_traced(w, s, c, outcome);
}

#endif
