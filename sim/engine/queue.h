/* queue.h - what the engine asks of a queue: the earliest entries, in any order among equals.
 *
 * An entry is 16 bytes: a time, and what waits (an event slot with its generation, or a
 * lane). The engine sorts equals by age, so the two queues need not agree on ties. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include "orrery/schedule.h"

#include <stddef.h>

struct arena;

static inline struct waiter waiter_of(int64_t time_ns, uint32_t slot, uint32_t generation)
{
    return (struct waiter){ time_ns, slot | (uint64_t)generation << 32 };
}

static inline uint32_t waiter_slot(struct waiter x)
{
    return (uint32_t)x.handle;
}

static inline uint32_t waiter_generation(struct waiter x)
{
    return (uint32_t)(x.handle >> 32);
}

struct waiters {
    struct waiter *items;
    uint32_t count, capacity;
};

void waiters_grow(struct waiters *e, struct arena *a);

static inline void waiters_add(struct waiters *e, struct arena *a, struct waiter x)
{
    if (__builtin_expect(e->count == e->capacity, 0)) waiters_grow(e, a);
    e->items[e->count++] = x;
}

/* The reference queue: a plain 4-ary heap. Runs with it must not be told from others. */
struct heap_queue {
    struct waiters heap;
};

void heap_queue_push(struct heap_queue *q, struct arena *a, struct waiter x);
/* False when empty or the earliest is later than until_ns. */
bool heap_queue_pop(struct heap_queue *q, int64_t until_ns, struct waiter *out);

/* The working queue: a short sorted front over a monotone radix heap.
 *
 * The front holds everything up to limit_ns, latest first, so that the earliest is taken from its
 * end; a run with few events pending never leaves it. The radix heap (Ahuja, Mehlhorn, Orlin, Tarjan
 * 1990) holds the rest: bucket b > 0 the times whose highest bit that differs from `last_ns` is bit
 * b-1. A bucket is spread only until it fits into the front, which saves each entry its last five or
 * six moves: measured against spreading to the end, 177 -> 80 ns with 1e6 pending. */
#define RADIX_BUCKETS 65
#define FRONT_FILL 32 /* a bucket of so many or fewer is taken whole */

struct radix_queue {
    struct front *front;
    uint32_t count;  /* in all buckets, dead ones too */
    int64_t last_ns;
    uint64_t filled; /* bit b-1 set: bucket b is not empty */
    struct waiters buckets[RADIX_BUCKETS];
};

/* Tells whether a waiter still waits for anything. Dead ones are dropped on the way to the front, and
 * at every spread when `sweep` says that many are dead. `dead` may fetch what firing will need. */
struct judge {
    bool (*dead)(const void *context, struct waiter x);
    const void *context;
    const void *slots; /* prefetched by index before `dead` is asked; NULL: nothing to fetch */
    size_t slot_size;
    bool sweep;
};

void radix_queue_open(struct radix_queue *q, struct front *front);
void radix_queue_push_far(struct radix_queue *q, struct arena *a, struct waiter x);
void radix_queue_spill(struct radix_queue *q, struct arena *a);
/* Fills the empty front from the buckets: false when there is nothing at or before until_ns. */
bool radix_queue_refill(struct radix_queue *q, struct arena *a, const struct judge *judge,
                        int64_t until_ns);

static inline void radix_queue_push(struct radix_queue *q, struct arena *a, struct waiter x)
{
    if (x.time_ns > q->front->limit_ns) {
        radix_queue_push_far(q, a, x);
        return;
    }
    front_add(q->front, x.time_ns, x.handle);
    if (__builtin_expect(q->front->count > FRONT_MAX, 0)) radix_queue_spill(q, a);
}

/* Whether anything is due at or before until_ns, and if so in the front. */
static inline bool radix_queue_ready(struct radix_queue *q, struct arena *a,
                                     const struct judge *judge, int64_t until_ns)
{
    if (q->front->count == 0 && !radix_queue_refill(q, a, judge, until_ns)) return false;
    return front_end(q->front)[-1].time_ns <= until_ns;
}

/* The earliest, when the queue is ready. */
static inline struct waiter radix_queue_take(struct radix_queue *q)
{
    struct waiter x = front_end(q->front)[-1];
    q->front->count--;
    return x;
}

#endif
