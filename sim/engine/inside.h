/* inside.h - the engine's own: what engine.c, lane.c and timer.c share. */
#ifndef ENGINE_INSIDE_H
#define ENGINE_INSIDE_H

#include "engine/queue.h"
#include "orrery/engine.h"

/* Events of one phase that are due at this instant, by age; a FIFO. */
struct batch {
    struct waiters waiters;
    uint32_t next; /* the first that has not fired */
};

struct timer {
    const struct event_type *type;
    uint32_t a, b;
    uint32_t generation;
    uint32_t next; /* in the free list; 0: none */
};

/* What makes the run loop leave its short path; the low bits are batches that are not empty. */
enum attention {
    ATTENTION_BATCHES = (1 << PHASE_COUNT) - 1,
    ATTENTION_STOPPED = 1 << 8,
    ATTENTION_REFERENCE = 1 << 9, /* the reference queue is in use */
    ATTENTION_WATCHED = 1 << 10
};

struct engine {
    struct engine_hot s; /* first: schedule.h's inline functions find it there */
    struct arena *arena;
    struct world *world;
    uint64_t until;     /* of the run under way */
    uint32_t cancelled; /* entries gone stale since the last sweep, about */
    struct heap_queue heap;
    struct radix_queue radix; /* its front is s.front */
    struct batch batches[PHASE_COUNT];
    uint32_t lane_count;
    struct timer *timers; /* 0 stays unused, so {0, 0} is nobody's handle */
    uint32_t timer_count, timer_capacity, free_timer;
    void (*after)(struct world *w, const struct event_type *type, uint32_t a, uint32_t b);
};

/* In the queue stand, besides events, a lane for its head (a: which one) and a timer for its event
 * (a: which one, b: its generation). Neither fires as it is, and both have a `live`, so that the
 * short path asks. */
extern const struct event_type lane_entry_type, timer_entry_type;

/* Into the queue or, when it is due now, its batch. */
void engine_wait(struct engine *e, const struct waiter *x);
/* A lane's entry becomes the event of its head; its next live one stands in the queue, or its
 * batch, after this. */
void lane_take(struct engine *e, struct waiter *x);
/* A timer's entry becomes its event, and it is over then. False: it was cancelled. */
bool timer_take(struct engine *e, struct waiter *x);
bool timer_dead(const struct engine *e, uint32_t slot, uint32_t generation);

static inline bool pool_is_live(const struct engine *e, uint64_t about)
{
    const char *at =
        e->s.pool_generations + ((uint32_t)about & e->s.pool_mask) * e->s.pool_stride;
    return *(const uint32_t *)(const void *)at == about >> 32;
}

static inline bool is_live(const struct engine *e, const struct event_type *type, uint64_t about)
{
    if (!type->live) return true;
    if (type->live == e->s.pool_live) return pool_is_live(e, about);
    return type->live(e->world, (uint32_t)about, (uint32_t)(about >> 32));
}

#endif
