/* path.h - the small moves of a call at its pod, which inline into whoever makes them. */
#ifndef SERVICE_PATH_H
#define SERVICE_PATH_H

#include "base/check.h"
#include "service/pod.h"

static inline void pod_enter(const struct world *w, struct pod *p)
{
    if (p->owner->occupied) occupancy_mark(w, p);
    p->in_flight++;
    p->area_flight -= (uint64_t)now_ns(w);
}

static inline void pod_leave(const struct world *w, struct pod *p)
{
    check(p->in_flight > 0);
    if (p->owner->occupied) occupancy_mark(w, p);
    p->in_flight--;
    p->area_flight += (uint64_t)now_ns(w);
}

/* The call takes a worker of the pod, after waiting so long for it. */
static inline void pod_hold(const struct world *w, struct pod *p, struct call *c, int64_t waited_ns)
{
    p->running++;
    p->area_busy -= (uint64_t)now_ns(w);
    c->flags |= CALL_HOLDS;
    if (!measured(w, c->entered_ns)) return;
    if (waited_ns > 0)
        histogram_record(&p->owner->wait, waited_ns);
    else
        p->owner->unwaited++;
}

/* And gives it back. */
static inline void pod_release(const struct world *w, struct pod *p, struct call *c)
{
    check(c->flags & CALL_HOLDS && p->running > 0);
    c->flags &= (uint8_t)~CALL_HOLDS;
    p->running--;
    p->area_busy += (uint64_t)now_ns(w);
}

/* The next in line: pops a list in place; other orders are waiting.c's. */
static inline uint32_t pod_next(struct world *w, uint32_t pod, struct pod *p)
{
    if (p->owner->discipline->order >= ORDER_RANKED) return waiting_pop(w, pod);
    uint32_t call = p->first;
    p->first = call_get(w, call)->next;
    p->queued--;
    p->area_queue += (uint64_t)now_ns(w);
    return call;
}

/* Queues the call at the end, when that is all there is to it. False: see pod_take_worker. */
static inline bool pod_queue(struct world *w, struct pod *p, struct call *c, uint32_t call)
{
    const struct service *s = p->owner;
    if (s->discipline->order != ORDER_FIFO || s->preempts || s->spec->queue_timeout.kind ||
        p->queued >= s->spec->queue_limit)
        return false;
    struct call_side *side = call_side(w, call);
    side->queued_ns = now_ns(w);
    side->queued_at = p->last;
    c->next = CALL_NONE;
    c->state = CALL_QUEUED;
    if (p->queued == 0)
        p->first = call;
    else
        call_get(w, p->last)->next = call;
    p->last = call;
    p->queued++;
    p->area_queue -= (uint64_t)now_ns(w);
    return true;
}

/* An end of a call that the pod was offered, whatever became of it. */
static inline void account(const struct world *w, struct service *s, const struct call *c,
                           enum outcome outcome)
{
    s->ended_total++;
    if (measured(w, c->entered_ns)) meter_end(&s->meter, outcome, now_ns(w) - c->entered_ns);
    if (__builtin_expect(w->tracing && outcome != OUTCOME_OK, 0))
        recorder_trace(w->recorder, now_ns(w), "call.failed", "%s pod=%u key=%016llx %s", s->name,
                       c->pod - s->first_pod, (unsigned long long)c->key, outcome_names[outcome]);
}

#endif
