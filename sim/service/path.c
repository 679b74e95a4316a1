/* path.c - the usual way of a call through its pod: let in, given a worker, worked on, answered.
 *
 * A thread-per-request service holds a worker from the first step to the answer; an async one only
 * while it works on a CPU. Whoever frees a worker starts the next in line before the answer
 * travels, so that what the answer causes cannot overtake those who wait.
 *
 * Every request comes through here several times, so it is written to become a few large functions
 * (offered, worked, proceeding) without calls between their parts. A pod is smooth while nothing rare
 * can happen to its calls (pod_settle), a route bare while nothing stands on it: for these all goes on
 * in line and little is asked. The same for the rest is in the functions called slowly, and in pod.c,
 * cpu.c, waiting.c and the steps' own `run`; tests/laws/test_ways.c holds one way against the other. */
#include "service/path.h"

static void on_cpu_done(struct world *w, uint32_t call, uint32_t generation);

static const void *call_record(const struct world *w, uint32_t call)
{
    return call_get(w, call);
}

/* It asks itself whether the call is still there, having to look at it anyway. */
static const struct event_type cpu_done = { EVENT("cpu.done"), on_cpu_done, NULL, PHASE_WORK,
                                            call_record };

/* Alone on its core the work takes exactly its time: one event, no book-keeping. */
inline_always void work_alone(struct world *w, struct pod *p, uint32_t call, struct call *c,
                              int64_t now, int64_t work_ns)
{
    p->alone_ns += (uint64_t)work_ns;
    c->side.remaining_ns = now + work_ns;
    engine_stage(w->engine, now + work_ns, &cpu_done, call, c->generation);
}

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
inline_always bool line_up(const struct path *x, struct pod *p, uint32_t call, struct call *c)
{
    const struct service *s = p->owner;
    if (!s->plain_queue || p->queued >= s->spec->queue_limit) return pod_take_worker(x->w, call);
    pod_queue(p, x->pool->items, call, c, x->now);
    return false;
}

/* Its first step comes next. False: a fault holds the call up, or has ended it. */
inline_always bool may_begin(struct world *w, const struct pod *p, uint32_t call, struct call *c)
{
    bool first = !(c->flags & CALL_BEGUN);
    c->flags |= CALL_BEGUN;
    if (__builtin_expect(!p->owner->hooked, 1)) return true;
    return !first || !pod_begins(w, call);
}

static __attribute__((noinline)) bool let_in_slowly(struct world *w, struct pod *p, uint32_t call)
{
    struct call *c = call_get(w, call);
    const struct path x = path_of(w);
    if (p->state != POD_READY && p->state != POD_DRAINING) {
        refuse(w, call);
        return false;
    }
    if (p->owner->occupied) occupancy_mark(w, p);
    pod_enter(p, x.now);
    if (!p->async) {
        if (p->running < p->owner->workers)
            pod_hold(w, p, c, x.now, 0);
        else if (!line_up(&x, p, call, c))
            return false;
    }
    return may_begin(w, p, call, c);
}

/* The call comes to the pod; fresh: straight from call_set_out. True: its program begins. */
inline_always bool let_in(const struct path *x, struct pod *p, uint32_t call, struct call *c,
                          uint32_t operation, bool fresh)
{
    struct service *s = p->owner;
    c->entered_ns = x->now;
    c->step = s->programs[operation].start;
    if (!fresh) {
        c->pending = 0;
        c->outcome = OUTCOME_OK;
        c->flags &= CALL_ORPHAN | CALL_ATTEMPT;
    }
    s->meter.offered++;
    if (__builtin_expect(!p->smooth, 0)) {
        c->state = CALL_SENT;
        return let_in_slowly(x->w, p, call);
    }
    pod_enter(p, x->now);
    if (!p->async) {
        if (p->running < s->workers)
            pod_hold(x->w, p, c, x->now, 0);
        else if (!line_up(x, p, call, c))
            return false;
    }
    c->flags |= CALL_BEGUN;
    return true;
}

/* ------------------------------------------------------------------------- steps */

/* A child of call c, filled in but not yet sent. */
inline_always uint32_t child_take(const struct path *x, uint32_t call, struct call *c,
                                  const struct instruction *i)
{
    uint32_t child = calls_take(x->w, x->pool);
    struct call *k = &x->pool->items[child];
    c->pending++;
    k->key = step_key(c, &c->side, i);
    k->sent_ns = x->now;
    k->deadline_ns = c->deadline_ns;
    k->parent = call;
    k->priority = c->priority;
    k->side.customer = c->side.customer;
    k->side.tries = tries_below(c, &c->side);
    return child;
}

void program_send(struct world *w, uint32_t call, const struct instruction *i)
{
    const struct path x = path_of(w);
    struct call *c = &x.pool->items[call];
    uint32_t child = child_take(&x, call, c, i);
    call_go(w, c, child, &x.pool->items[child], i->way);
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

/* Where the work is not only what the step draws, or shares its CPU. */
static __attribute__((noinline)) void work_slowly(struct world *w, uint32_t call,
                                                  const struct instruction *i)
{
    struct call *c = call_get(w, call);
    const struct service *s = pod_get(w, c->pod)->owner;
    bool begun = c->flags & CALL_INTERRUPTED;
    int64_t work_ns = begun ? c->side.remaining_ns : cpu_work(w, call, i);
    if (begun || s->adjusts) c->flags = (uint8_t)((c->flags & ~CALL_INTERRUPTED) | CALL_CHARGED);
    if (w->tracing) trace_work(w, call, i, work_ns);
    if (service_room_of(w)->sides[c->pod].fast && !s->preempts)
        work_alone(w, pod_get(w, c->pod), call, c, now_ns(w), work_ns);
    else
        cpu_begin_slowly(w, call, work_ns);
}

static __attribute__((noinline)) double draw_other(uint64_t key, const struct instruction *i)
{
    struct rng r = rng_keyed(key);
    return i->draw(i->dist->spec, &r);
}

/* The call's CPU step, on the worker that it holds. */
inline_always void work(const struct path *x, struct pod *p, uint32_t call, struct call *c,
                        const struct instruction *i)
{
    if (__builtin_expect(!p->smooth, 0)) {
        work_slowly(x->w, call, i);
        return;
    }
    uint64_t key = steps_key(c, &c->side) + i->salt;
    double ns = __builtin_expect(i->draw != NULL, 0) ? draw_other(key, i)
                                                     : i->mean_ns * rng_keyed_exponential(key);
    work_alone(x->w, p, call, c, x->now, dist_round_ns(ns));
}

/* ------------------------------------------------------------------------- who waits */

/* The call gives its worker back. Whoever is first in line has it at once, by the short way where
 * nothing stands against that: the count of workers held then stays as it is. */
inline_always void give_worker(const struct path *x, uint32_t pod, struct pod *p, struct call *c)
{
    check(c->flags & CALL_HOLDS);
    c->flags &= (uint8_t)~CALL_HOLDS;
    if (p->queued > 0 && p->smooth && !p->serving && p->running == p->owner->workers) {
        uint32_t call = p->first;
        struct call *n = &x->pool->items[call];
        const struct instruction *i = &x->room->code[n->step];
        if (__builtin_expect(i->opcode == OPCODE_CPU, 1)) {
            pod_next(p, x->pool->items, x->now);
            n->state = CALL_RUNNING;
            n->flags |= CALL_HOLDS | CALL_BEGUN;
            n->step++;
            note_wait(x->w, p->owner, n, x->now - n->side.queued_ns);
            work(x, p, call, n, i);
            return;
        }
    }
    pod_free(p, x->now);
    if (p->queued > 0) pod_serve(x->w, pod);
}

void pod_serve(struct world *w, uint32_t pod)
{
    const struct path x = path_of(w);
    struct pod *p = &x.room->pods[pod];
    const struct service *s = p->owner;
    if (p->serving) return; /* the loop further up goes on */
    p->serving = 1;
    while (p->queued > 0 && p->running < s->workers) {
        uint32_t call = s->listed && s->discipline->order != ORDER_MANAGED
                            ? pod_next(p, x.pool->items, x.now)
                            : waiting_pop(w, pod);
        struct call *c = &x.pool->items[call];
        if (s->spec->drop_expired && c->deadline_ns <= x.now) {
            c->outcome = OUTCOME_EXPIRED;
            pod_answer(w, call);
            continue;
        }
        if (s->discipline->order == ORDER_MANAGED && pod_sheds(w, call)) continue;
        pod_hold(w, p, c, x.now, x.now - c->side.queued_ns);
        if (may_begin(w, p, call, c)) program_run(w, call);
    }
    p->serving = 0;
}

void pod_leave_worker(struct world *w, uint32_t call)
{
    struct call *c = call_get(w, call);
    check(c->flags & CALL_HOLDS);
    c->flags &= (uint8_t)~CALL_HOLDS;
    pod_free(pod_get(w, c->pod), now_ns(w));
}

/* ------------------------------------------------------------------------- the answer */

/* The pod's side is over; the reply is still to travel. */
inline_always void close_books(const struct path *x, uint32_t pod, struct pod *p, struct call *c)
{
    pod_leave(x->w, p, x->now);
    account(x->w, p->owner, c, c->outcome, x->now);
    if (c->flags & CALL_HOLDS) give_worker(x, pod, p, c);
}

void pod_answer(struct world *w, uint32_t call)
{
    const struct path x = path_of(w);
    struct call *c = &x.pool->items[call];
    uint32_t pod = c->pod;
    struct pod *p = &x.room->pods[pod];
    /* Nothing was done for it, or it was handed over and is nobody's any more. */
    bool dropped = c->outcome == OUTCOME_EXPIRED || c->outcome == OUTCOME_OVERLOADED ||
                   c->parent == CALL_NONE;
    if (c->flags & CALL_ORPHAN && !dropped && measured(w, c->entered_ns)) p->owner->wasted++;
    close_books(&x, pod, p, c);
    call_reply(w, call, c->outcome);
    pod_drained_check(w, pod);
}

/* The answer of child c has come to its parent, a program. Returns that if it goes on now, or CALL_NONE. */
inline_always uint32_t hand_up(const struct path *x, uint32_t call, struct call *c, struct call *above,
                               uint16_t left)
{
    uint32_t parent = c->parent;
    call_unlink(x->pool->items, above, c);
    calls_give(x->pool, c, call);
    return __builtin_expect(left == 0 && above->state == CALL_WAITING, 1) ? parent : CALL_NONE;
}

static __attribute__((noinline)) uint32_t answer_slowly(struct world *w, uint32_t call)
{
    const struct path x = path_of(w);
    struct call *c = &x.pool->items[call];
    struct pod *p = &x.room->pods[c->pod];
    struct route *r = route_get(w, c->route);
    if (!call_returns_at_once(r, c) || p->state != POD_READY) {
        pod_answer(w, call);
        return CALL_NONE;
    }
    r->straight++;
    close_books(&x, c->pod, p, c);
    if (r->counts) backend_return(w, call, c->outcome);
    if (r->proceed != program_proceed) {
        call_finish(w, call, r);
        return CALL_NONE;
    }
    struct call *above = &x.pool->items[c->parent];
    uint16_t left = child_answered(w, c, above, r->owner != 0);
    return hand_up(&x, call, c, above, left);
}

/* Answers that all went well. Where the way back is short and leads to a waiting program, that goes on
 * in the caller's loop, not in a call from here: returns it, or CALL_NONE. */
inline_always uint32_t answer(const struct path *x, struct pod *p, uint32_t call, struct call *c)
{
    struct route *r = flow_of(x->w)->routes[c->route];
    struct service *s = p->owner;
    if (__builtin_expect(!r->straight_ok || c->flags & (CALL_ORPHAN | CALL_ATTEMPT) || !p->smooth, 0))
        return answer_slowly(x->w, call);
    r->straight++;
    pod_exit(p, x->now);
    if (__builtin_expect(counted(x->w, c->entered_ns), 1))
        histogram_record(&s->meter.latency, x->now - c->entered_ns);
    else
        s->meter.stray_ok++;
    if (c->flags & CALL_HOLDS) give_worker(x, c->pod, p, c);
    if (r->counts) backend_return(x->w, call, OUTCOME_OK);
    if (r->proceed != program_proceed) {
        call_finish(x->w, call, r);
        return CALL_NONE;
    }
    struct call *above = &x->pool->items[c->parent];
    uint16_t left = above->pending = (uint16_t)(above->pending - 1);
    return hand_up(x, call, c, above, left);
}

/* ------------------------------------------------------------------------- running */

enum asked {
    ASKED_CHILD, /* the child is at a pod that takes it at once: it goes on first */
    ASKED_SELF,  /* it has its answer already, or needs none */
    ASKED_OTHERS /* the call waits for it, or has been gone on with and may be over */
};

/* Sends a child of call c, which runs. While c runs an answer does not go on with it. */
static __attribute__((noinline)) enum asked ask_slowly(struct world *w, uint32_t child,
                                                       struct call *c, struct route *r)
{
    const struct path x = path_of(w);
    struct call *k = &x.pool->items[child];
    call_set_out(x.pool->items, c, child, k, r);
    if (call_leaves_at_once(w, c, r, child, k)) {
        const struct endpoint_type *type = r->to->type;
        if (type == &pod_endpoint) {
            c->state = CALL_WAITING;
            struct pod *p = &x.room->pods[k->pod];
            return let_in(&x, p, child, k, r->operation, false) ? ASKED_CHILD : ASKED_OTHERS;
        }
        type->offer(w, k->pod, child);
    }
    if (c->pending == 0) return ASKED_SELF;
    c->state = CALL_WAITING;
    return ASKED_OTHERS;
}

/* In line where nothing can stop a call on its way to the only pod there is. */
inline_always enum asked ask(const struct path *x, uint32_t child, struct call *c,
                             const struct instruction *i)
{
    struct route *r = i->way;
    struct call *k = &x->pool->items[child];
    if (!r->bare || r->to->ready_count != 1)
        return ask_slowly(x->w, child, c, r);
    call_set_out(x->pool->items, c, child, k, r);
    if (r->filter_count > 0) call_arm(x->w, r, child, k);
    k->pod = r->to->ready[0];
    r->sent++;
    c->state = CALL_WAITING;
    return let_in(x, &x->room->pods[k->pod], child, k, r->operation, true) ? ASKED_CHILD : ASKED_OTHERS;
}

/* True: it holds a worker now. */
inline_always bool take_worker(const struct path *x, struct pod *p, uint32_t call, struct call *c)
{
    if (p->running < p->owner->workers) {
        pod_hold(x->w, p, c, x->now, 0);
        return true;
    }
    c->step--; /* comes back to this step when a worker is free */
    if (!line_up(x, p, call, c)) return false;
    c->step++;
    return true;
}

/* Runs the call's program, and goes on with whichever call that leads to: a child at a pod that
 * takes it at once, a parent whose last answer this was. */
inline_always void run(const struct path *x, uint32_t call, struct call *c, struct pod *p)
{
    for (;;) {
        for (;;) {
            if (__builtin_expect(c->outcome != OUTCOME_OK, 0)) {
                call = answer_slowly(x->w, call);
                break;
            }
            const struct instruction *i = &x->room->code[c->step];
            if (i->opcode == OPCODE_ANSWER) {
                call = answer(x, p, call, c);
                break;
            }
            c->state = CALL_RUNNING;
            c->step++;
            if (i->opcode == OPCODE_CPU) {
                if (c->flags & CALL_HOLDS || take_worker(x, p, call, c)) work(x, p, call, c, i);
                return;
            }
            if (__builtin_expect(i->opcode == OPCODE_CALL, 1)) {
                uint32_t child = child_take(x, call, c, i);
                enum asked asked = ask(x, child, c, i);
                if (asked == ASKED_SELF) continue;
                if (asked == ASKED_OTHERS) return;
                call = child;
                goto next;
            }
            enum step_result result = i->run(x->w, call, i);
            if (result == STEP_NEXT) continue;
            if (result == STEP_WAIT) c->state = CALL_WAITING;
            if (result != STEP_END) return;
            call = answer_slowly(x->w, call);
            break;
        }
        if (call == CALL_NONE) return;
    next:
        c = &x->pool->items[call];
        p = &x->room->pods[c->pod];
    }
}

void program_run(struct world *w, uint32_t call)
{
    const struct path x = path_of(w);
    struct call *c = &x.pool->items[call];
    run(&x, call, c, &x.room->pods[c->pod]);
}

void program_proceed(struct world *w, uint32_t call)
{
    const struct call *c = call_get(w, call);
    /* Still issuing calls: the step that issues them looks at `pending` itself. */
    if (c->pending == 0 && c->state == CALL_WAITING) program_run(w, call);
}

/* After a CPU step an async call gives its worker back, unless it works on. */
static void on_cpu_done(struct world *w, uint32_t call, uint32_t generation)
{
    const struct path x = path_of(w);
    struct call *c = &x.pool->items[call];
    if (c->generation != generation) return;
    struct pod *p = &x.room->pods[c->pod];
    if (__builtin_expect(p->async, 1)) give_worker(&x, c->pod, p, c);
    run(&x, call, c, p);
}

void program_worked(struct world *w, uint32_t call)
{
    on_cpu_done(w, call, call_get(w, call)->generation);
}

void pod_offer(struct world *w, uint32_t pod, uint32_t call)
{
    const struct path x = path_of(w);
    struct call *c = &x.pool->items[call];
    struct pod *p = &x.room->pods[pod];
    if (let_in(&x, p, call, c, flow_of(w)->routes[c->route]->operation, false)) run(&x, call, c, p);
}
