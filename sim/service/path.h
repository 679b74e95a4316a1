/* path.h - the small moves of a call at its pod, which inline into whoever makes them.
 *
 * What they all need (the pod, its service, the time) is handed on, not looked up again: every
 * request comes through here several times. */
#ifndef SERVICE_PATH_H
#define SERVICE_PATH_H

#include "base/check.h"
#include "flow/flow.h"
#include "service/pod.h"

#include <stddef.h>

#define inline_always static inline __attribute__((always_inline))

/* What the path of a call goes by, read once a handler: none of it moves while a world runs, which no
 * compiler can know once a byte of a call was written. */
struct path {
    struct world *w;
    struct calls *pool;
    const struct service_room *room;
    int64_t now;
};

inline_always struct path path_of(struct world *w)
{
    return (struct path){ w, w->calls, service_room_of(w), now_ns(w) };
}

/* The call is the pod's from here on. */
inline_always void pod_enter(struct pod *p, int64_t now)
{
    p->in_flight++;
    p->area_flight -= (uint64_t)now;
}

/* It is no longer. (That it was is for the law of the room, which counts them all.) */
inline_always void pod_exit(struct pod *p, int64_t now)
{
    p->in_flight--;
    p->area_flight += (uint64_t)now;
}

inline_always void pod_leave(const struct world *w, struct pod *p, int64_t now)
{
    if (p->owner->occupied) occupancy_mark(w, p);
    pod_exit(p, now);
}

/* How long the call has waited for a worker of the service. */
inline_always void note_wait(const struct world *w, struct service *s, const struct call *c,
                             int64_t waited_ns)
{
    if (__builtin_expect(!counted(w, c->entered_ns), 0)) return;
    if (waited_ns > 0)
        histogram_record(&s->wait, waited_ns);
    else
        s->unwaited++;
}

/* The call takes a worker of the pod, after waiting so long for it. */
inline_always void pod_hold(const struct world *w, struct pod *p, struct call *c, int64_t now,
                            int64_t waited_ns)
{
    p->running++;
    p->area_busy -= (uint64_t)now;
    c->flags |= CALL_HOLDS;
    note_wait(w, p->owner, c, waited_ns);
}

/* One worker less is held. */
inline_always void pod_free(struct pod *p, int64_t now)
{
    p->running--;
    p->area_busy += (uint64_t)now;
}

/* The next in line, of a queue that is a list. */
inline_always uint32_t pod_next(struct pod *p, const struct call *calls, int64_t now)
{
    uint32_t call = p->first;
    p->first = calls[call].next;
    p->queued--;
    p->area_queue += (uint64_t)now;
    return call;
}

/* Joins the end of a plain queue that has room. */
inline_always void pod_queue(struct pod *p, struct call *calls, uint32_t call, struct call *c,
                             int64_t now)
{
    c->side.queued_ns = now;
    c->side.queued_at = p->last;
    c->next = CALL_NONE;
    c->state = CALL_QUEUED;
    /* As often as not, and so no branch, which could not be foreseen. */
    uintptr_t first = (uintptr_t)&p->first;
    uintptr_t behind = (uintptr_t)calls + p->last * sizeof *calls + offsetof(struct call, next);
    *(uint32_t *)(behind ^ ((first ^ behind) & -(uintptr_t)(p->queued == 0))) = call;
    p->last = call;
    p->queued++;
    p->area_queue -= (uint64_t)now;
}

/* A child of call p has its answer. Returns how many more are awaited: known here, while its bytes
 * were written just now, and would have to reach the cache to be read together. */
inline_always uint16_t child_answered(const struct world *w, const struct call *c, struct call *p,
                                  bool optional)
{
    check(p->pending > 0);
    uint16_t left = p->pending = (uint16_t)(p->pending - 1);
    if (__builtin_expect(c->outcome == OUTCOME_OK, 1)) return left;
    if (!optional)
        p->outcome = OUTCOME_ERROR;
    else if (measured(w, p->entered_ns))
        pod_get(w, p->pod)->owner->done_without++;
    return left;
}

void account_traced(const struct world *w, const struct service *s, const struct call *c,
                    enum outcome outcome);

/* An end of a call that the pod was offered, whatever became of it. */
inline_always void account(const struct world *w, struct service *s, const struct call *c,
                           enum outcome outcome, int64_t now)
{
    if (counted(w, c->entered_ns))
        meter_end(&s->meter, outcome, now - c->entered_ns);
    else
        meter_stray(&s->meter, outcome);
    if (__builtin_expect(outcome != OUTCOME_OK && w->tracing, 0)) account_traced(w, s, c, outcome);
}

#endif
