/* path.c - the usual way of a call through its pod: let in, given a worker, worked on, answered.
 *
 * A thread-per-request service holds a worker from the first step to the answer; an async one only
 * while it works on a CPU. Whoever frees a worker starts the next in line before the answer
 * travels, so that what the answer causes cannot overtake those who wait.
 *
 * Every request comes through here several times, so it is written to become four large functions
 * (offered, worked, served, proceeding) without calls between their parts; what is rare is a call
 * into pod.c, cpu.c, waiting.c or a step's own `run`. */
#include "service/path.h"

#include "flow/flow.h"

static void on_cpu_done(struct world *w, uint32_t call, uint32_t generation);

static const struct event_type cpu_done = { "cpu.done", on_cpu_done, call_live, PHASE_WORK };

/* ------------------------------------------------------------------------- let in */

void account_traced(const struct world *w, const struct service *s, const struct call *c,
                    enum outcome outcome)
{
    recorder_trace(w->recorder, now_ns(w), "call.failed", "%s pod=%u key=%016llx %s", s->name,
                   c->pod - s->first_pod, (unsigned long long)c->key, outcome_names[outcome]);
}

void pod_account(struct world *w, uint32_t call, enum outcome outcome)
{
    const struct call *c = call_get(w, call);
    account(w, pod_get(w, c->pod)->owner, c, outcome, now_ns(w));
}

static __attribute__((noinline)) void refuse(struct world *w, uint32_t call)
{
    pod_account(w, call, OUTCOME_UNAVAILABLE);
    call_reply(w, call, OUTCOME_UNAVAILABLE);
}

/* It has no worker and none is free. True: it has one after all, since another stepped aside. */
inline_always bool line_up(struct world *w, struct pod *p, uint32_t call, struct call *c,
                           int64_t now)
{
    return !pod_queue(w, p, c, call, now) && pod_take_worker(w, call);
}

/* The call comes to the pod. True: its program may begin. */
inline_always bool let_in(struct world *w, struct pod *p, uint32_t call, struct call *c,
                          uint32_t operation, int64_t now)
{
    struct service *s = p->owner;
    c->entered_ns = now;
    c->step = s->programs[operation].start;
    c->pending = 0;
    c->outcome = OUTCOME_OK;
    c->flags &= CALL_ORPHAN | CALL_ATTEMPT;
    s->offered_total++;
    if (measured(w, now)) s->meter.offered++;
    if (__builtin_expect(p->state != POD_READY && p->state != POD_DRAINING, 0)) {
        refuse(w, call);
        return false;
    }
    pod_enter(w, p, now);
    if (s->async) return true;
    if (p->running >= p->workers) return line_up(w, p, call, c, now);
    pod_hold(w, p, c, now, 0);
    return true;
}

/* ------------------------------------------------------------------------- steps */

/* A child, filled in but not yet sent. */
inline_always uint32_t child_take(struct world *w, uint32_t call, struct call *p,
                                  const struct instruction *i, int64_t now)
{
    uint32_t child = call_take(w);
    struct call *c = call_get(w, child);
    const struct call_side *above = call_side(w, call);
    struct call_side *side = call_side(w, child);
    p->pending++;
    c->key = step_key(p, above, i);
    c->sent_ns = now;
    c->deadline_ns = p->deadline_ns;
    c->parent = call;
    c->priority = p->priority;
    side->customer = above->customer;
    side->tries = tries_below(p, above);
    return child;
}

void program_send(struct world *w, uint32_t call, const struct instruction *i)
{
    call_go(w, child_take(w, call, call_get(w, call), i, now_ns(w)), i->route);
}

static void trace_work(const struct world *w, uint32_t call, const struct instruction *i,
                       int64_t work_ns)
{
    const struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    recorder_trace(w->recorder, now_ns(w), "cpu.work", "%s pod=%u key=%016llx step=%u work_ms=%.6f",
                   s->name, c->pod - s->first_pod, (unsigned long long)c->key, i->index,
                   ns_to_ms(work_ns));
}

inline_always int64_t work_of(const struct world *w, uint32_t call, struct call *c,
                              const struct service *s, const struct instruction *i)
{
    if (__builtin_expect(c->flags & CALL_INTERRUPTED || s->adjusts, 0)) {
        bool begun = c->flags & CALL_INTERRUPTED;
        int64_t work_ns = begun ? call_side(w, call)->remaining_ns : cpu_work(w, call, i);
        c->flags = (uint8_t)((c->flags & ~CALL_INTERRUPTED) | CALL_CHARGED);
        return work_ns;
    }
    struct rng r = step_rng(c, call_side(w, call), i);
    return dist_round_ns(i->mean_ns > 0 ? i->mean_ns * rng_exponential(&r)
                                        : i->draw(i->dist->spec, &r));
}

/* Alone on its core the work takes exactly its time: one event, no book-keeping. */
inline_always void work(struct world *w, struct pod *p, uint32_t call, struct call *c,
                        const struct instruction *i, int64_t now)
{
    struct service *s = p->owner;
    if (!(c->flags & CALL_HOLDS)) {
        if (p->running < p->workers) {
            pod_hold(w, p, c, now, 0);
        } else {
            c->step--; /* comes back here when a worker is free */
            if (!line_up(w, p, call, c, now)) return;
            c->step++;
        }
    }
    int64_t work_ns = work_of(w, call, c, s, i);
    if (__builtin_expect(w->tracing, 0)) trace_work(w, call, i, work_ns);
    if (__builtin_expect(!p->fast || s->preempts, 0)) {
        cpu_begin_slowly(w, call, work_ns);
        return;
    }
    service_room_of(w)->sides[c->pod].cpu_ns += (double)work_ns; /* charged when begun */
    call_side(w, call)->remaining_ns = now + work_ns;
    engine_stage(w->engine, now + work_ns, &cpu_done, call, c->generation);
}

/* ------------------------------------------------------------------------- the answer */

/* The pod's side is over; the reply is still to travel. */
inline_always void close_books(struct world *w, struct pod *p, struct call *c, int64_t now)
{
    pod_leave(w, p, now);
    account(w, p->owner, c, c->outcome, now);
    /* Nothing was done for it, or it was handed over and is nobody's any more. */
    bool dropped = c->outcome == OUTCOME_EXPIRED || c->outcome == OUTCOME_OVERLOADED ||
                   c->parent == CALL_NONE;
    if (__builtin_expect(c->flags & CALL_ORPHAN, 0) && !dropped && measured(w, c->entered_ns))
        p->owner->wasted++;
    if (!(c->flags & CALL_HOLDS)) return;
    pod_release(p, c, now);
    if (p->queued > 0) pod_serve(w, c->pod);
}

void pod_answer(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    uint32_t pod = c->pod;
    close_books(w, pod_get(w, pod), c, now_ns(w));
    call_reply(w, call, c->outcome);
    pod_drained_check(w, pod);
}

/* Answers. Where the way back is short and leads to a waiting program, that goes on in the caller's
 * loop, not in a call from here: returns it, or CALL_NONE. */
inline_always uint32_t answer(struct world *w, struct pod *p, uint32_t call, struct call *c,
                              int64_t now)
{
    struct route *r = &flow_of(w)->routes[c->route];
    if (!call_returns_at_once(r, c) || p->state != POD_READY) {
        pod_answer(w, call);
        return CALL_NONE;
    }
    r->straight++;
    close_books(w, p, c, now);
    if (r->counts) backend_return(w, call, c->outcome);
    uint32_t parent = c->parent;
    if (r->proceed != program_proceed) {
        call_finish(w, call, r);
        return CALL_NONE;
    }
    struct call *above = call_get(w, parent);
    call_unlink(w, parent, call);
    child_answered(w, c, above, r->owner != 0);
    call_give(w, call);
    return above->pending == 0 && above->state == CALL_WAITING ? parent : CALL_NONE;
}

/* ------------------------------------------------------------------------- running */

/* Its first step comes next. False: a fault holds the call up, or has ended it. */
inline_always bool may_begin(struct world *w, struct pod *p, uint32_t call, struct call *c)
{
    bool first = !(c->flags & CALL_BEGUN);
    c->flags |= CALL_BEGUN;
    if (__builtin_expect(!p->owner->hooked, 1)) return true;
    return !first || !pod_begins(w, call);
}

enum asked {
    ASKED_CHILD, /* the child is at a pod that takes it at once: it goes on first */
    ASKED_SELF,  /* it has its answer already, or needs none */
    ASKED_OTHERS /* the call waits for it, or has been gone on with and may be over */
};

/* Sends a child of call p, which runs. While p runs an answer does not go on with it. */
inline_always enum asked ask(struct world *w, uint32_t child, struct call *p, uint32_t route,
                             int64_t now)
{
    const struct flow *f = flow_of(w);
    struct route *r = &f->routes[route];
    struct call *c = call_get(w, child);
    call_set_out(w, child, c, r, route);
    if (call_leaves_at_once(w, f, r, child, c)) {
        const struct endpoint_type *type = f->groups[r->group].type;
        if (type == &pod_endpoint) {
            struct pod *pod = pod_get(w, c->pod);
            p->state = CALL_WAITING;
            bool goes = let_in(w, pod, child, c, r->operation, now) && may_begin(w, pod, child, c);
            return goes ? ASKED_CHILD : ASKED_OTHERS;
        }
        type->offer(w, c->pod, child);
    }
    if (p->pending == 0) return ASKED_SELF;
    p->state = CALL_WAITING;
    return ASKED_OTHERS;
}

/* Runs the call's program, and goes on with whichever call that leads to: a child at a pod that
 * takes it at once, a parent whose last answer this was. */
inline_always void run(struct world *w, uint32_t call, int64_t now)
{
    const struct service_room *room = service_room_of(w);
    struct call *c = call_get(w, call);
    for (;;) {
        c->state = CALL_RUNNING;
        struct pod *p = &room->pods[c->pod];
        const struct instruction *i = NULL;
        while (c->outcome == OUTCOME_OK) {
            i = &room->code[c->step++];
            if (i->opcode == OPCODE_CPU) {
                work(w, p, call, c, i, now);
                return;
            }
            if (i->opcode == OPCODE_ANSWER) break;
            if (i->opcode == OPCODE_CALL) {
                uint32_t child = child_take(w, call, c, i, now);
                enum asked asked = ask(w, child, c, i->route, now);
                if (asked == ASKED_SELF) continue;
                if (asked == ASKED_OTHERS) return;
                call = child;
                goto next;
            }
            enum step_result result = i->run(w, call, i);
            if (result == STEP_NEXT) continue;
            if (result == STEP_WAIT) c->state = CALL_WAITING;
            if (result != STEP_END) return;
            break;
        }
        call = answer(w, p, call, c, now);
        if (call == CALL_NONE) return;
    next:
        c = call_get(w, call);
    }
}

void program_run(struct world *w, uint32_t call)
{
    run(w, call, now_ns(w));
}

void program_proceed(struct world *w, uint32_t call)
{
    const struct call *c = call_get(w, call);
    /* Still issuing calls: the step that issues them looks at `pending` itself. */
    if (c->pending == 0 && c->state == CALL_WAITING) program_run(w, call);
}

/* After a CPU step an async call gives its worker back, unless it works on. */
inline_always void worked(struct world *w, uint32_t call)
{
    int64_t now = now_ns(w);
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    if (p->owner->async) {
        pod_release(p, c, now);
        if (p->queued > 0) pod_serve(w, c->pod);
    }
    run(w, call, now);
}

void program_worked(struct world *w, uint32_t call)
{
    worked(w, call);
}

static void on_cpu_done(struct world *w, uint32_t call, uint32_t generation)
{
    (void)generation;
    worked(w, call);
}

void pod_serve(struct world *w, uint32_t pod)
{
    int64_t now = now_ns(w);
    struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    if (p->serving) return; /* the loop further up goes on */
    p->serving = 1;
    while (p->queued > 0 && p->running < p->workers) {
        uint32_t call = pod_next(w, pod, p, now);
        struct call *c = call_get(w, call);
        if (s->spec->drop_expired && c->deadline_ns <= now) {
            c->outcome = OUTCOME_EXPIRED;
            pod_answer(w, call);
            continue;
        }
        if (s->discipline->order == ORDER_MANAGED && pod_sheds(w, call)) continue;
        pod_hold(w, p, c, now, now - call_side(w, call)->queued_ns);
        if (may_begin(w, p, call, c)) run(w, call, now);
    }
    p->serving = 0;
}

void pod_leave_worker(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    pod_release(pod_get(w, c->pod), c, now_ns(w));
}

void pod_offer(struct world *w, uint32_t pod, uint32_t call)
{
    int64_t now = now_ns(w);
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, pod);
    uint32_t operation = flow_of(w)->routes[c->route].operation;
    if (let_in(w, p, call, c, operation, now) && may_begin(w, p, call, c)) run(w, call, now);
}
