/* call.h - one request, from the one who asks to the one who answers.
 *
 * A call is made along a route: it passes the route's filters to a backend of the route's group,
 * works there as a program of steps, and its reply passes the filters backwards to the
 * caller. 120 bytes, pooled; ids travel, pointers stay. */
#ifndef ORRERY_CALL_H
#define ORRERY_CALL_H

#include "orrery/rng.h"
#include "orrery/world.h"

#define CALL_NONE UINT32_MAX

/* A limit on calls in flight: 2^24 of them are 1.7 GB. The top byte of an id is free for an
 * attempt number in an event's argument. */
#define CALLS_MAX (1u << 24)

enum outcome {
    OUTCOME_OK,
    OUTCOME_ERROR,     /* the application said no (HTTP 5xx, gRPC UNKNOWN) */
    OUTCOME_TIMEOUT,   /* the caller stopped waiting (504, DEADLINE_EXCEEDED) */
    OUTCOME_UNAVAILABLE, /* no ready backend, or connection refused (503, UNAVAILABLE) */
    OUTCOME_OVERLOADED, /* a full queue turned it away (503, RESOURCE_EXHAUSTED) */
    OUTCOME_CRASHED,   /* the process died with it (connection reset) */
    OUTCOME_EXPIRED,   /* its deadline passed while it waited, and it was dropped unserved */
    OUTCOME_ABANDONED, /* nobody waits for the answer any more */
    OUTCOME_REJECTED,  /* a guard on the caller's side did not let it out */
    OUTCOME_COUNT
};
extern const char *const outcome_names[OUTCOME_COUNT]; /* "ok", "error", ... */

enum call_state {
    CALL_FREE,
    CALL_CALLER,  /* in its filters, or waiting there (back-off) */
    CALL_SENT,    /* on its way to a backend */
    CALL_QUEUED,  /* at a pod, waiting for a worker */
    CALL_RUNNING, /* at a pod, holding a worker or a share of CPU */
    CALL_WAITING, /* at a pod, waiting for children or for time to pass */
    CALL_REPLIED  /* its answer is on the way back */
};

enum call_flag {
    CALL_ORPHAN = 1,      /* its caller has gone; the work goes on */
    CALL_HOLDS = 2,       /* it holds a worker of its pod */
    CALL_INTERRUPTED = 4, /* side.remaining_ns of CPU work are left of its current step */
    CALL_BEGUN = 8,       /* its program has begun (disturbances were applied) */
    CALL_LOOPED = 16,     /* side.loops counts its rounds of loop steps: fresh draws each round */
    CALL_ATTEMPT = 32,    /* a filter of its route has split a call, of which it is one attempt */
    CALL_CHARGED = 64     /* the CPU that its messages take was charged to a step */
};

/* What few calls need. */
struct call_side {
    uint32_t child, sibling, previous; /* children in flight, a doubly linked list */
    uint32_t customer;     /* the customer's number (a user, a Zipf key): for hashing */
    int64_t remaining_ns;  /* CPU work left when interrupted; on a CPU of its own, when it ends */
    int64_t queued_ns;     /* when it began to wait for a worker */
    int64_t budget_ns;     /* the deadline before per-attempt timeouts shortened it */
    uint32_t reply_bytes;
    uint32_t loops;
    uint32_t queued_at;    /* position in a ranked queue; previous in a list */
    uint32_t tries;        /* a hash of the attempts above it that it is part of; 0: all first */
};

struct call {
    uint64_t key;        /* what the customer is: the root of its keyed draws */
    int64_t sent_ns;     /* when the caller meant to send it: latency counts from here */
    int64_t deadline_ns; /* when nobody will want the answer; TIME_NEVER */
    int64_t entered_ns;  /* when it reached its pod */
    uint32_t generation;
    uint32_t parent;     /* the call that made it, or a client's own number; see route.reply */
    uint32_t route;
    uint32_t pod;
    uint32_t next;       /* link in a pod's queue, or in the free list */
    uint32_t step;       /* the next instruction, in its room's code */
    /* Bytes, not bit-fields: those are written by reading all eight, soon after one was written,
     * and a load that spans several stores waits for the cache. */
    uint16_t pending;    /* children (or attempts) whose answers are awaited */
    uint8_t state, outcome;
    uint8_t stage;       /* filters passed on the way out */
    uint8_t attempt;     /* 0 for the first */
    uint8_t flags;       /* enum call_flag */
    uint8_t priority;
    struct call_side side;
};
_Static_assert(sizeof(struct call) == 120, "there are millions");

struct calls {
    struct call *items;
    uint32_t free;
    uint32_t count;     /* ever used at once: the peak of in_flight */
    uint32_t in_flight; /* not free */
};

static inline struct call *call_get(const struct world *w, uint32_t id)
{
    return &w->calls->items[id];
}

static inline struct call_side *call_side(const struct world *w, uint32_t id)
{
    return &w->calls->items[id].side;
}

static inline bool call_is_open(const struct world *w, uint32_t id, uint32_t generation)
{
    return w->calls->items[id].generation == generation;
}

/* Tells this attempt from all others of the same customer, made here or further up: for chances
 * that a retry should be able to escape. 0 when nobody has retried. */
static inline uint64_t attempt_number(const struct call *c, const struct call_side *side)
{
    return (uint64_t)side->tries << 8 | c->attempt;
}

/* What the calls that this one makes have in `tries`. */
static inline uint32_t tries_below(const struct call *c, const struct call_side *side)
{
    if (__builtin_expect((c->attempt | side->tries) == 0, 1)) return 0;
    return (uint32_t)(hash_mix(attempt_number(c, side)) >> 32);
}

/* For event_type.live of events whose arguments are (call, generation), the call's top byte being
 * free for a number of the event's own: the cheapest there is, since the engine knows it
 * (engine_pool). */
bool call_live(const struct world *w, uint32_t id, uint32_t generation);

uint32_t call_make(struct world *w); /* for call_take only */
/* Room for what someone keeps beside each call, by id: so many bytes for each that there can be,
 * zero when first touched, and memory only then. It outlives the call: keep its generation there
 * too. */
void *calls_beside(struct world *w, size_t size);

/* A new call. Whoever takes it fills in key, sent_ns (the intended time; now or earlier),
 * deadline_ns (inherited; TIME_NEVER), parent, priority and side.customer, and sends it by call_go
 * (flow/flow.h). The reply may come before that returns (refused at once); the route's reply
 * function is told either way, exactly once, unless the caller drops the call. Calls never move: a
 * pointer to one stays good while it is open. */
static inline uint32_t calls_take(struct world *w, struct calls *p)
{
    uint32_t id = p->free;
    if (__builtin_expect(id == CALL_NONE, 0)) {
        id = call_make(w);
    } else {
        p->free = p->items[id].next;
    }
    p->in_flight++;
    return id;
}

static inline uint32_t call_take(struct world *w)
{
    return calls_take(w, w->calls);
}

/* The pod (or a filter) has its answer: the reply travels back and through the filters. */
void call_reply(struct world *w, uint32_t id, enum outcome outcome);

/* The filter at position `index` gives up on the attempt under way, which is cancelled or worked
 * on unwanted, as its service declares. Returns the caller's side, under a new id: the old one
 * belongs to the server now. Follow it with call_answer. CALL_NONE: the server, set free, answered
 * others, and one of those answers has ended this call too. */
uint32_t call_abandon(struct world *w, uint32_t id, uint8_t index);

/* The caller itself is gone: abandons, and nobody is told. */
void call_drop(struct world *w, uint32_t id);

/* A filter that answered WAIT goes on: forward from filter `stage`. */
void call_resume(struct world *w, uint32_t id, uint8_t stage);

/* A filter at position `index` answers from where it stands: backwards from there. */
void call_answer(struct world *w, uint32_t id, uint8_t index, enum outcome outcome);

/* The pod is gone and the call with it, maybe with events of its own still pending: the caller's
 * side goes on under a new id with this outcome, so that those events find nobody. */
void call_sever(struct world *w, uint32_t id, enum outcome outcome);

/* A server begins the call; for groups that tell (`tells_begun`). */
void call_begun(struct world *w, uint32_t id);

/* The pod's side of an orphan is over. */
void call_close(struct world *w, uint32_t id);

#endif
