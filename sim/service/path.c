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

#define inline_always static inline __attribute__((always_inline))

static void on_cpu_done(struct world *w, uint32_t call, uint32_t generation);

static const struct event_type cpu_done = { "cpu.done", on_cpu_done, call_live, PHASE_WORK };

/* ------------------------------------------------------------------------- steps */

inline_always void send(struct world *w, uint32_t call, const struct instruction *i)
{
    uint32_t child = call_take(w);
    struct call *c = call_get(w, child), *p = call_get(w, call);
    const struct call_side *side = call_side(w, call);
    p->pending++;
    c->key = step_key(p, side, i);
    c->sent_ns = now_ns(w);
    c->deadline_ns = p->deadline_ns;
    c->parent = call;
    c->priority = p->priority;
    call_side(w, child)->customer = side->customer;
    call_side(w, child)->tries = tries_below(p, side);
    call_go(w, child, i->route);
}

void program_send(struct world *w, uint32_t call, const struct instruction *i)
{
    send(w, call, i);
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

/* Alone on its core the work takes exactly its time: one event, no book-keeping. */
inline_always enum step_result work(struct world *w, uint32_t call, const struct instruction *i)
{
    struct call *c = call_get(w, call);
    uint32_t pod = c->pod;
    struct pod *p = pod_get(w, pod);
    if (!(c->flags & CALL_HOLDS)) {
        if (p->running < p->workers) {
            pod_hold(w, p, c, 0);
        } else {
            c->step--; /* comes back here when a worker is free */
            if (pod_queue(w, p, c, call) || !pod_take_worker(w, call)) return STEP_QUEUED;
            c->step++;
        }
    }
    int64_t work_ns = c->flags & CALL_INTERRUPTED ? call_side(w, call)->remaining_ns
                                                  : cpu_work(w, call, i);
    c->flags &= (uint8_t)~CALL_INTERRUPTED;
    if (__builtin_expect(w->tracing, 0)) trace_work(w, call, i, work_ns);
    if (!p->fast || p->owner->preempts) {
        cpu_begin_slowly(w, call, work_ns);
        return STEP_WORK;
    }
    service_room_of(w)->sides[pod].cpu_ns += (double)work_ns; /* charged when begun */
    call_side(w, call)->remaining_ns = now_ns(w) + work_ns;
    engine_at(w->engine, now_ns(w) + work_ns, &cpu_done, call, c->generation);
    return STEP_WORK;
}

inline_always enum step_result steps(struct world *w, uint32_t call)
{
    const struct instruction *code = service_room_of(w)->code;
    for (;;) {
        struct call *c = call_get(w, call); /* anew each round: the pool may have grown */
        if (c->outcome != OUTCOME_OK) return STEP_END;
        const struct instruction *i = &code[c->step++];
        if (i->opcode == OPCODE_CPU) return work(w, call, i);
        if (i->opcode == OPCODE_ANSWER) return STEP_END;
        if (i->opcode == OPCODE_CALL) {
            send(w, call, i);
            if (call_get(w, call)->pending) return STEP_WAIT;
            continue;
        }
        enum step_result result = i->run(w, call, i);
        if (result != STEP_NEXT) return result;
    }
}

/* ------------------------------------------------------------------------- the answer */

void pod_account(struct world *w, uint32_t call, enum outcome outcome)
{
    const struct call *c = call_get(w, call);
    account(w, pod_get(w, c->pod)->owner, c, outcome);
}

/* The pod's side is over; the reply is still to travel. */
inline_always void close_books(struct world *w, struct pod *p, struct call *c)
{
    pod_leave(w, p);
    account(w, p->owner, c, c->outcome);
    bool dropped = c->outcome == OUTCOME_EXPIRED ||
                   c->outcome == OUTCOME_OVERLOADED; /* nothing was done for it */
    if (__builtin_expect(c->flags & CALL_ORPHAN, 0) && !dropped && measured(w, c->entered_ns))
        p->owner->wasted++;
    if (!(c->flags & CALL_HOLDS)) return;
    pod_release(w, p, c);
    if (p->queued > 0) pod_serve(w, c->pod);
}

void pod_answer(struct world *w, uint32_t call)
{
    uint32_t pod = call_get(w, call)->pod;
    close_books(w, pod_get(w, pod), call_get(w, call));
    call_reply(w, call, call_get(w, call)->outcome);
    pod_drained_check(w, pod);
}

/* Answers. Where the way back is short and leads to a waiting program, that goes on in the caller's
 * loop, not in a call from here: returns it, or CALL_NONE. */
inline_always uint32_t answer(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    const struct route *r = &flow_of(w)->routes[c->route];
    if (!r->plain || c->flags & CALL_ORPHAN || p->state != POD_READY) {
        pod_answer(w, call);
        return CALL_NONE;
    }
    close_books(w, p, c);
    c = call_get(w, call); /* serving others may have made calls */
    uint32_t parent = c->parent;
    if (r->by_pod) call_unlink(w, parent, call);
    r->reply(w, call);
    call_give(w, call);
    if (r->proceed != program_proceed) {
        if (r->proceed) r->proceed(w, parent);
        return CALL_NONE;
    }
    const struct call *above = call_get(w, parent);
    return above->pending == 0 && above->state == CALL_WAITING ? parent : CALL_NONE;
}

/* ------------------------------------------------------------------------- running */

inline_always void run(struct world *w, uint32_t call)
{
    do {
        call_get(w, call)->state = CALL_RUNNING;
        enum step_result result = steps(w, call);
        if (result == STEP_WAIT) call_get(w, call)->state = CALL_WAITING;
        if (result != STEP_END) return;
        call = answer(w, call);
    } while (call != CALL_NONE);
}

void program_run(struct world *w, uint32_t call)
{
    run(w, call);
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
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, c->pod);
    if (p->owner->spec->async) {
        pod_release(w, p, c);
        if (p->queued > 0) pod_serve(w, c->pod);
    }
    run(w, call);
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

/* Its first step, unless a fault holds it up. */
inline_always void begin(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    bool first = !(c->flags & CALL_BEGUN);
    c->flags |= CALL_BEGUN;
    if (first && pod_get(w, c->pod)->owner->disturbance_count > 0 && disturb_begin(w, call)) return;
    run(w, call);
}

void pod_serve(struct world *w, uint32_t pod)
{
    struct pod *p = pod_get(w, pod);
    const struct service *s = p->owner;
    if (p->serving) return; /* the loop further up goes on */
    p->serving = 1;
    while (p->queued > 0 && p->running < p->workers) {
        uint32_t call = pod_next(w, pod, p);
        struct call *c = call_get(w, call);
        if (s->spec->drop_expired && c->deadline_ns <= now_ns(w)) {
            c->outcome = OUTCOME_EXPIRED;
            pod_answer(w, call);
            continue;
        }
        if (s->discipline->order == ORDER_MANAGED && pod_sheds(w, call)) continue;
        pod_hold(w, p, c, now_ns(w) - call_side(w, call)->queued_ns);
        begin(w, call);
    }
    p->serving = 0;
}

void pod_leave_worker(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    pod_release(w, pod_get(w, c->pod), c);
}

void pod_offer(struct world *w, uint32_t pod, uint32_t call)
{
    struct call *c = call_get(w, call);
    struct pod *p = pod_get(w, pod);
    struct service *s = p->owner;
    int64_t now = now_ns(w);
    c->entered_ns = now;
    c->step = s->programs[flow_of(w)->routes[c->route].operation].start;
    c->pending = 0;
    c->outcome = OUTCOME_OK;
    c->flags &= CALL_ORPHAN | CALL_ATTEMPT;
    s->offered_total++;
    if (measured(w, now)) s->meter.offered++;
    if (__builtin_expect(p->state != POD_READY && p->state != POD_DRAINING, 0)) {
        pod_account(w, call, OUTCOME_UNAVAILABLE);
        call_reply(w, call, OUTCOME_UNAVAILABLE);
        return;
    }
    pod_enter(w, p);
    if (!s->spec->async) {
        if (p->running < p->workers)
            pod_hold(w, p, c, 0);
        else if (pod_queue(w, p, c, call) || !pod_take_worker(w, call))
            return;
    }
    begin(w, call);
}
