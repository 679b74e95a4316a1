/* pod.c - the rarer ways of a call through its pod: it finds no worker, or does not come to its end.
 *
 * What ends a call from outside takes it out of everything that knows it: queue, CPU, children,
 * worker. The usual way is path.c. */
#include "service/path.h"

#include "base/check.h"

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
    pod_leave(w, p, now_ns(w));
}

void pod_evict(struct world *w, uint32_t call, enum outcome outcome)
{
    struct call *c = call_get(w, call);
    uint32_t pod = c->pod;
    forget(w, call);
    pod_account(w, call, outcome);
    call_sever(w, call, outcome);
    pod_serve(w, pod);
    pod_drained_check(w, pod);
}

void service_hook(struct world *w, struct service *s)
{
    s->hooked = s->disturbance_count > 0 || group_get(w, s->group)->tells_begun;
    s->adjusts = s->messages || s->disturbance_count > 0;
    for (uint32_t i = 0; i < s->capacity; i++)
        pod_settle(w, pod_get(w, s->first_pod + i));
}

/* Its calls then need no look at any of this: the usual pod, most of the time. */
void pod_settle(const struct world *w, struct pod *p)
{
    const struct service *s = p->owner;
    const struct pod_side *side = &service_room_of(w)->sides[p - service_room_of(w)->pods];
    p->smooth = p->state == POD_READY && side->fast && s->plain_queue && !s->spec->drop_expired &&
                !s->occupied && !s->hooked && !s->adjusts && !w->tracing;
}

bool pod_begins(struct world *w, uint32_t call)
{
    const struct service *s = pod_get(w, call_get(w, call)->pod)->owner;
    if (group_get(w, s->group)->tells_begun) call_begun(w, call);
    return s->disturbance_count > 0 && disturb_begin(w, call);
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

static const struct event_type patience_over = { EVENT("pod.patience"), on_patience_over, call_live,
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

/* The queue is full: whoever ranks last in it makes room, unless that is the new one. */
static bool displace(struct world *w, uint32_t pod, uint32_t call)
{
    const struct service *s = pod_get(w, pod)->owner;
    if (!s->discipline->evicts || !s->discipline->evicts(s->discipline_spec)) return false;
    if (pod_get(w, pod)->queued == 0) return false;
    uint32_t worst = waiting_worst(w, pod), generation = call_get(w, call)->generation;
    int64_t rank = waiting_rank(w, call, waiting_work(w, call));
    if (waiting_rank(w, worst, waiting_work(w, worst)) <= rank) return false;
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "queue.shed",
                       "%s pod=%u key=%016llx cause=priority %u, for one of priority %u", s->name,
                       pod - s->first_pod, (unsigned long long)call_get(w, worst)->key,
                       call_get(w, worst)->priority, call_get(w, call)->priority);
    pod_evict(w, worst, OUTCOME_OVERLOADED);
    return call_is_open(w, call, generation) && pod_get(w, pod)->queued < s->spec->queue_limit;
}

bool pod_take_worker(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    struct service *s = p->owner;
    uint32_t generation = c->generation;
    if (s->preempts && interrupt_for(w, c->pod, call)) {
        pod_hold(w, p, c, now_ns(w), 0);
        return true;
    }
    if (p->queued >= s->spec->queue_limit && !displace(w, c->pod, call)) {
        if (!call_is_open(w, call, generation)) return false; /* that has ended this one, too */
        c->outcome = OUTCOME_OVERLOADED;
        pod_answer(w, call);
        return false;
    }
    call_side(w, call)->queued_ns = now_ns(w);
    waiting_push(w, c->pod, call);
    if (!(c->flags & CALL_INTERRUPTED)) arm_patience(w, call, s);
    if (p->running < s->workers) pod_serve(w, c->pod); /* making room has freed a worker */
    return false;
}

static bool cancel(struct world *w, uint32_t pod, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct service *s = pod_get(w, pod)->owner;
    if (s->spec->on_abandon != ABANDON_CANCEL) return false;
    if (c->state == CALL_SENT) return true;
    forget(w, call);
    pod_account(w, call, OUTCOME_ABANDONED);
    pod_serve(w, pod);
    pod_drained_check(w, pod);
    return true;
}

const struct endpoint_type pod_endpoint = { "pod",     pod_offer, cancel, pod_address,
                                            pod_reach, pod_leaves, .pods = true };
