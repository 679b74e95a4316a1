/* queue.h - what the engine asks of a queue: the earliest entries, in any order among equals.
 *
 * The engine sorts equals by age, so the two queues need not agree on ties. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include "orrery/schedule.h"

#include <stddef.h>

struct arena;

struct waiters {
    struct waiter *items;
    uint32_t count, capacity;
};

void waiters_grow(struct waiters *e, struct arena *a);

/* Two words at a time, unlike waiter_move: what goes to a bucket was written long ago and is not read
 * again soon. */
static inline void waiter_copy(struct waiter *to, const struct waiter *from)
{
    typedef uint64_t half __attribute__((vector_size(16), may_alias));
    _Static_assert(2 * sizeof(half) == sizeof *to, "two halves");
    half first, second;
    memcpy(&first, from, sizeof first);
    memcpy(&second, (const char *)from + sizeof first, sizeof second);
    memcpy(to, &first, sizeof first);
    memcpy((char *)to + sizeof first, &second, sizeof second);
}

static inline void waiters_add(struct waiters *e, struct arena *a, const struct waiter *x)
{
    if (__builtin_expect(e->count == e->capacity, 0)) waiters_grow(e, a);
    waiter_copy(&e->items[e->count++], x);
}

/* The reference queue: a plain 4-ary heap. Runs with it must not be told from others. */
struct heap_queue {
    struct waiters heap;
};

void heap_queue_push(struct heap_queue *q, struct arena *a, const struct waiter *x);
/* False when empty or the earliest is later than `until`. */
bool heap_queue_pop(struct heap_queue *q, uint64_t until, struct waiter *out);

/* The working queue: a short sorted front over a monotone radix heap.
 *
 * The front holds everything up to its limit, latest first, so that the earliest is taken from its
 * end; a run with few events pending never leaves it. The radix heap (Ahuja, Mehlhorn, Orlin,
 * Tarjan 1990, with more than two buckets a level) holds the rest: by the highest digit of six bits in
 * which a key differs from `last`, and by what it has there. So an entry moves once for six bits of its
 * key, not three times, and each move is a walk through memory; a word says which buckets of a digit
 * are filled. A bucket is spread only until it fits into the front, which saves its last moves. */
#define DIGIT_BITS 6
#define DIGITS (64 / DIGIT_BITS + 1)
#define DIGIT_VALUES (1 << DIGIT_BITS)
#define RADIX_TIES (DIGITS * DIGIT_VALUES) /* the bucket of keys that are `last` */

/* A bucket is a list of chunks, in order. They come from one pool and go back to it, so that there are
 * as many as there were ever entries, however those lay, and the last used are used again first. Their
 * size is no power of two: the beginnings of many would meet in few sets of the cache. */
#define CHUNK_ITEMS 32

struct chunk {
    struct waiter items[CHUNK_ITEMS];
    struct chunk *next; /* behind its items, where bucket.full points */
    char unused[sizeof(struct waiter) - sizeof(struct chunk *)]; /* no entry lies in two cache lines */
};

#define FRONT_FILL CHUNK_ITEMS /* a bucket of one chunk is taken whole */

struct bucket {
    struct chunk *first;
    struct waiter *end, *full; /* behind the last entry; where that is when the last chunk is full */
};

struct radix_queue {
    struct front *front;
    uint32_t count;  /* in all buckets, dead ones too */
    uint32_t digits; /* bit i set: some bucket of digit i is not empty */
    uint64_t last;
    struct chunk *free;
    uint64_t filled[DIGITS]; /* bit v set: the bucket of value v is not empty */
    struct bucket buckets[RADIX_TIES + 1];
};

/* Tells whether an entry still waits for anything. Dead ones are dropped on the way to the front,
 * and at every spread when `sweep` says that many are dead. `soon` may fetch what firing will need.
 */
struct judge {
    bool (*dead)(const void *context, const struct waiter *x);
    void (*soon)(const void *context, const struct waiter *x); /* NULL: nothing to fetch */
    const void *context;
    bool sweep;
};

void radix_queue_open(struct radix_queue *q, struct front *front);
void radix_queue_push_far(struct radix_queue *q, struct arena *a, const struct waiter *x);
void radix_queue_spill(struct radix_queue *q, struct arena *a);
/* Fills the empty front from the buckets: false when there is nothing at or before `until`. */
bool radix_queue_refill(struct radix_queue *q, struct arena *a, const struct judge *judge,
                        uint64_t until);

static inline void radix_queue_push(struct radix_queue *q, struct arena *a, const struct waiter *x)
{
    if (x->key > q->front->limit) {
        radix_queue_push_far(q, a, x);
        return;
    }
    waiter_move(front_room(q->front, x->key), x);
    if (__builtin_expect(q->front->end > q->front->last, 0))
        radix_queue_spill(q, a);
}

/* Whether anything is due at or before `until`, and if so in the front. */
static inline bool radix_queue_ready(struct radix_queue *q, struct arena *a,
                                     const struct judge *judge, uint64_t until)
{
    if (q->front->end == front_first(q->front) && !radix_queue_refill(q, a, judge, until))
        return false;
    return q->front->end[-1].key <= until;
}

/* The earliest, when the queue is ready. */
static inline void radix_queue_take(struct radix_queue *q, struct waiter *out)
{
    waiter_move(out, --q->front->end);
}

#endif
