/* filter_timeout.c - the caller stops waiting.
 *
 * Outside a retry a timeout bounds the whole call and counts, as latency does, from when the call
 * was meant to be sent; inside, it bounds one attempt and counts from its beginning. Its deadline
 * travels with the call: services give it to the calls they make, and queues may drop what is too
 * late. Nothing is ever cancelled: a timer that finds its call answered does nothing, and dead ones
 * wait in a lane, where they cost no queue work. A reply at the very instant is too late. */
#include "orrery/filter.h"
#include "orrery/route.h"

#include "base/arena.h"
#include "base/check.h"

struct timeout_spec {
    int64_t after_ns;
};

struct timeout_shared {
    int64_t after_ns;
    uint32_t lane;
    bool per_attempt; /* a retry stands outside */
};

/* A timer's first argument: the call, and in the byte that call_live leaves free its attempt. */
#define ATTEMPT_SHIFT 24
_Static_assert(CALLS_MAX <= 1u << ATTEMPT_SHIFT, "a call's id leaves the top byte free");

static uint32_t timer_call(uint32_t a)
{
    return a & ((1u << ATTEMPT_SHIFT) - 1);
}

static bool timer_stale(const struct world *w, uint32_t a, uint8_t index)
{
    const struct call *c = call_get(w, timer_call(a));
    if (c->flags & CALL_ORPHAN) return true; /* given up already; the caller has another id */
    if (c->stage <= index) return true;      /* its answer has come past this filter */
    bool per_attempt = route_retry_index(w, c->route) < index;
    if (c->flags & CALL_ATTEMPT && !per_attempt) return true; /* it waits under another id */
    return per_attempt && c->attempt != a >> ATTEMPT_SHIFT;
}

/* Where a call is when it is given up, by its state: why there is no answer. */
static const char *const whereabouts[] = {
    [CALL_FREE] = "it is over",
    [CALL_CALLER] = "held by another guard",
    [CALL_SENT] = "on its way to a backend",
    [CALL_QUEUED] = "waiting for a worker",
    [CALL_RUNNING] = "being worked on",
    [CALL_WAITING] = "its backend waits for others or for time",
    [CALL_REPLIED] = "its answer is on the way back",
};

static void timer_fire(struct world *w, uint32_t a, uint8_t index)
{
    if (timer_stale(w, a, index)) return;
    const struct call *c = call_get(w, timer_call(a));
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "call.timeout", "%s key=%016llx attempt=%u cause=%s",
                       route_name(w, c->route), (unsigned long long)c->key, c->attempt,
                       whereabouts[c->state]);
    uint32_t id = call_abandon(w, timer_call(a), index);
    if (id != CALL_NONE) call_answer(w, id, index, OUTCOME_TIMEOUT);
}

/* One event type a position, so that a timer knows where it stands without an argument more. */
#define TIMER(i)                                                                                   \
    static void on_timer_##i(struct world *w, uint32_t a, uint32_t generation)                     \
    {                                                                                              \
        (void)generation;                                                                          \
        timer_fire(w, a, i);                                                                       \
    }
TIMER(0) TIMER(1) TIMER(2) TIMER(3) TIMER(4) TIMER(5) TIMER(6) TIMER(7)
#undef TIMER

#define TIMER(i)                                                                                   \
    { EVENT("call.timeout." #i), .fire = on_timer_##i, .live = call_live, .phase = PHASE_WORK }
static const struct event_type timers[] = { TIMER(0), TIMER(1), TIMER(2), TIMER(3),
                                            TIMER(4), TIMER(5), TIMER(6), TIMER(7) };
#undef TIMER
_Static_assert(sizeof timers / sizeof *timers == FILTERS_MAX, "one timer a position");

static void *timeout_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    const struct timeout_spec *s = spec;
    struct timeout_shared *shared = arena_alloc(w->arena, sizeof *shared);
    check(index < FILTERS_MAX);
    shared->after_ns = s->after_ns;
    shared->lane = engine_lane(w->engine, s->after_ns, &timers[index]);
    shared->per_attempt = route_retry_index(w, route) < index;
    return shared;
}

/* When this filter gives up on the call, which is passing it now. */
static int64_t timeout_end(const struct filter_site *site, const struct world *w,
                           const struct call *c)
{
    const struct timeout_spec *s = site->spec;
    const struct timeout_shared *shared = site->shared;
    int64_t end_ns = time_add(shared->per_attempt ? now_ns(w) : c->sent_ns, s->after_ns);
    return end_ns > now_ns(w) ? end_ns : now_ns(w);
}

static enum verdict timeout_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                    enum outcome *outcome)
{
    (void)outcome;
    const struct timeout_shared *shared = site->shared;
    struct call *c = call_get(w, id);
    int64_t end_ns = timeout_end(site, w, c);
    uint32_t a = id | (uint32_t)c->attempt << ATTEMPT_SHIFT;
    if (end_ns < c->deadline_ns) c->deadline_ns = end_ns;
    if (end_ns == now_ns(w) + shared->after_ns)
        engine_lane_push(w->engine, shared->lane, a, c->generation);
    else /* it was held up on the way here */
        engine_at(w->engine, end_ns, &timers[site->index], a, c->generation);
    return FILTER_PASS;
}

/* A filter further in gave up on an attempt; this timer's call goes on under a new id. */
static void timeout_on_moved(const struct filter_site *site, struct world *w, uint32_t id,
                             uint32_t old)
{
    (void)old;
    const struct timeout_shared *shared = site->shared;
    const struct call *c = call_get(w, id);
    if (shared->per_attempt) return; /* its attempt ends with the reply on its way */
    uint32_t a = id | (uint32_t)c->attempt << ATTEMPT_SHIFT;
    engine_at(w->engine, timeout_end(site, w, c), &timers[site->index], a, c->generation);
}

static struct filter_bound timeout_bound(const void *shared)
{
    const struct timeout_shared *s = shared;
    return (struct filter_bound){ s->after_ns, s->lane, s->per_attempt };
}

static const struct filter_type timeout_type = {
    .prepare = timeout_prepare,
    .on_call = timeout_on_call,
    .bound = timeout_bound,
    .on_moved = timeout_on_moved,
};

static const struct field timeout_fields[] = {
    DURATION(struct timeout_spec, "after", after_ns, .min = 1, .max = (double)TIME_MAX_NS,
             .position = 1, .doc = "How long the caller waits."),
    FIELDS_END
};

const struct kind filter_timeout = {
    .name = "timeout",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Gives up on a call that has no answer in time. Inside a retry it bounds each attempt, "
           "outside it the whole call. The deadline travels with the call: what its service calls "
           "inherits it. The service decides whether abandoned work is cancelled or done in vain.",
    .source = "gRPC deadlines; Envoy route timeout and per_try_timeout",
    .example = "timeout(\"2s\")",
    .spec_size = sizeof(struct timeout_spec),
    .fields = timeout_fields,
    .scalar = true,
    .vtable = &timeout_type,
};
