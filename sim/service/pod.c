/* pod.c - a call at its pod: let in, given a worker, answered.
 *
 * A thread-per-request service holds a worker from the first step to the answer; an async one only
 * while it works on a CPU. Whoever frees a worker starts the next in line before the answer
 * travels, so that what the answer causes cannot overtake those who wait. */
#include "service/pod.h"

#include "base/check.h"

static inline void enter(struct world *w, struct pod *p)
{
    if (p->owner->occupied) occupancy_mark(w, p);
    p->in_flight++;
    p->area_flight -= (uint64_t)now_ns(w);
}

static inline void leave(struct world *w, struct pod *p)
{
    check(p->in_flight > 0);
    if (p->owner->occupied) occupancy_mark(w, p);
    p->in_flight--;
    p->area_flight += (uint64_t)now_ns(w);
}

static void take(struct world *w, struct pod *p, struct call *c, int64_t waited_ns)
{
    struct service *s = p->owner;
    p->running++;
    p->area_busy -= (uint64_t)now_ns(w);
    c->flags |= CALL_HOLDS;
    if (!measured(w, c->entered_ns)) return;
    if (waited_ns > 0)
        histogram_record(&s->wait, waited_ns);
    else
        s->unwaited++;
}

void pod_leave_worker(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    check(c->flags & CALL_HOLDS && p->running > 0);
    c->flags &= (uint8_t)~CALL_HOLDS;
    p->running--;
    p->area_busy += (uint64_t)now_ns(w);
}

static void account(struct world *w, uint32_t call, enum outcome outcome)
{
    const struct call *c = call_get(w, call);
    struct service *s = pod_get(w, c->pod)->owner;
    s->ended_total++;
    if (measured(w, c->entered_ns)) meter_end(&s->meter, outcome, now_ns(w) - c->entered_ns);
    if (w->tracing && outcome != OUTCOME_OK)
        recorder_trace(w->recorder, now_ns(w), "call.failed", "%s pod=%u key=%016llx %s", s->name,
                       c->pod - s->first_pod, (unsigned long long)c->key, outcome_names[outcome]);
}

void pod_answer(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    uint32_t pod = c->pod;
    struct pod *p = pod_get(w, pod);
    leave(w, p);
    account(w, call, c->outcome);
    bool dropped = c->outcome == OUTCOME_EXPIRED; /* nothing was done for it */
    if (c->flags & CALL_ORPHAN && !dropped && measured(w, c->entered_ns)) p->owner->wasted++;
    if (c->flags & CALL_HOLDS) {
        pod_leave_worker(w, call);
        pod_serve(w, pod);
    }
    call_reply(w, call, call_get(w, call)->outcome);
    pod_drained_check(w, pod);
}

/* Takes a call that is in the pod's books out of them, whatever it was doing. */
static void forget(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    if (c->state == CALL_QUEUED) waiting_remove(w, c->pod, call);
    if (c->state == CALL_RUNNING) cpu_stop(w, call);
    while (call_side(w, call)->child != CALL_NONE)
        call_drop(w, call_side(w, call)->child);
    if (call_get(w, call)->flags & CALL_HOLDS) pod_leave_worker(w, call);
    leave(w, p);
}

void pod_evict(struct world *w, uint32_t call, enum outcome outcome)
{
    struct call *c = call_get(w, call);
    uint32_t pod = c->pod;
    forget(w, call);
    account(w, call, outcome);
    call_sever(w, call, outcome);
    pod_serve(w, pod);
    pod_drained_check(w, pod);
}

#define PATIENCE_PURPOSE UINT64_C(0x70617469656e6365) /* "patience" */

static int64_t patience_of(const struct service *s, const struct call *c)
{
    struct rng r = rng_keyed(key_child(c->key, PATIENCE_PURPOSE));
    return dist_draw_ns(&s->spec->queue_timeout, &r);
}

static void on_patience_over(struct world *w, uint32_t call, uint32_t generation)
{
    (void)generation;
    const struct call *c = call_get(w, call);
    if (c->state != CALL_QUEUED) return;
    /* An earlier attempt may have armed this: then it was for another wait. */
    const struct service *s = pod_get(w, c->pod)->owner;
    if (call_side(w, call)->queued_ns + patience_of(s, c) != now_ns(w)) return;
    pod_evict(w, call, OUTCOME_EXPIRED);
}

static const struct event_type patience_over = { "pod.patience", on_patience_over, call_live,
                                                 PHASE_WORK };

static void arm_patience(struct world *w, uint32_t call, const struct service *s)
{
    const struct call *c = call_get(w, call);
    if (!s->spec->queue_timeout.kind) return;
    engine_at(w->engine, time_add(now_ns(w), patience_of(s, c)), &patience_over, call,
              c->generation);
}

/* The one on CPU that ranks worst steps aside for a better one: its work so far is kept. */
static bool interrupt_for(struct world *w, uint32_t pod, uint32_t call)
{
    int64_t rank = waiting_rank(w, call, waiting_work(w, call));
    uint32_t victim = cpu_victim(w, pod, rank);
    if (victim == CALL_NONE) return false;
    struct call *v = call_get(w, victim);
    int64_t left_ns = cpu_remaining(w, victim);
    cpu_stop(w, victim);
    call_side(w, victim)->remaining_ns = left_ns;
    pod_leave_worker(w, victim);
    v->flags |= CALL_INTERRUPTED;
    v->step--; /* back to the cpu step it was in */
    pod_get(w, pod)->owner->interrupted++;
    call_side(w, victim)->queued_ns = now_ns(w);
    waiting_push(w, pod, victim);
    return true;
}

bool pod_take_worker(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    struct service *s = p->owner;
    bool free = p->running < s->spec->workers || s->discipline->shares;
    if (!free && s->preempts) free = interrupt_for(w, c->pod, call);
    if (free) {
        take(w, p, c, 0);
        return true;
    }
    if (p->queued >= s->spec->queue_limit) {
        c->outcome = OUTCOME_OVERLOADED;
        pod_answer(w, call);
        return false;
    }
    call_side(w, call)->queued_ns = now_ns(w);
    waiting_push(w, c->pod, call);
    if (!(c->flags & CALL_INTERRUPTED)) arm_patience(w, call, s);
    return false;
}

/* Its first step, unless a fault holds it up. */
static void begin(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    bool first = !(c->flags & CALL_BEGUN);
    c->flags |= CALL_BEGUN;
    if (first && s->disturbance_count > 0 && disturb_begin(w, call)) return;
    program_run(w, call);
}

void pod_serve(struct world *w, uint32_t pod)
{
    struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    if (p->serving) return; /* the loop further up goes on */
    p->serving = 1;
    while (p->queued > 0 && p->running < s->spec->workers) {
        uint32_t call = waiting_pop(w, pod);
        struct call *c = call_get(w, call);
        if (s->spec->drop_expired && c->deadline_ns <= now_ns(w)) {
            c->outcome = OUTCOME_EXPIRED;
            pod_answer(w, call);
            continue;
        }
        take(w, p, c, now_ns(w) - call_side(w, call)->queued_ns);
        begin(w, call);
    }
    p->serving = 0;
}

static void offer(struct world *w, uint32_t pod, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, pod);
    struct service *s = p->owner;
    c->entered_ns = now_ns(w);
    c->step = s->programs[route_operation(w, c->route)].start;
    c->pending = 0;
    c->outcome = OUTCOME_OK;
    c->flags &= CALL_ORPHAN;
    s->offered_total++;
    if (measured(w, c->entered_ns)) s->meter.offered++;
    if (p->state != POD_READY && p->state != POD_DRAINING) {
        account(w, call, OUTCOME_UNAVAILABLE);
        call_reply(w, call, OUTCOME_UNAVAILABLE);
        return;
    }
    enter(w, p);
    if (s->spec->async || pod_take_worker(w, call)) begin(w, call);
}

static bool cancel(struct world *w, uint32_t pod, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct service *s = pod_get(w, pod)->owner;
    enum { ABANDON_FINISH, ABANDON_CANCEL };
    if (s->spec->on_abandon != ABANDON_CANCEL) return false;
    if (c->state == CALL_SENT) return true;
    forget(w, call);
    account(w, call, OUTCOME_ABANDONED);
    pod_serve(w, pod);
    pod_drained_check(w, pod);
    return true;
}

const struct endpoint_type pod_endpoint = { "pod", offer, cancel };
