/* queue.h - what the engine asks of a queue: the earliest entries, in any order among equals.
 *
 * An entry is 16 bytes: a time, and what waits (an event slot with its generation, or a
 * lane). The engine sorts equals by age, so the two queues need not agree on ties. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct entry {
    int64_t time_ns;
    uint32_t slot;
    uint32_t generation;
};

struct entries {
    struct entry *items;
    uint32_t count, capacity;
};

/* A 4-ary heap that leaves its root as a hole after a pop: the usual pop-then-push becomes a
 * single sift down. `hole` says that items[0] is absent though counted. */
struct heap_queue {
    struct entries entries;
    bool hole;
};

void heap_queue_push(struct heap_queue *q, struct arena *a, struct entry x);
/* False when empty or the earliest is later than until_ns. */
bool heap_queue_pop(struct heap_queue *q, int64_t until_ns, struct entry *out);

/* After a pop at time_ns: whether another entry has that time. Looks at the hole's children. */
static inline bool heap_queue_has(const struct heap_queue *q, int64_t time_ns)
{
    uint32_t end = q->entries.count < 5 ? q->entries.count : 5;
    for (uint32_t i = 1; i < end; i++)
        if (q->entries.items[i].time_ns == time_ns) return true;
    return false;
}

/* A monotone radix heap: bucket b > 0 holds times whose highest bit that differs from `last_ns`
 * is bit b-1; bucket 0 holds times equal to it. Taking the minimum spreads the lowest bucket;
 * each entry moves at most 64 times and in practice a few. */
#define RADIX_BUCKETS 65
struct radix_queue {
    int64_t last_ns;
    uint64_t filled; /* bit b-1 set: bucket b is not empty */
    uint32_t count;  /* in all buckets */
    uint32_t taken;  /* of bucket 0, already popped */
    struct entries buckets[RADIX_BUCKETS];
};

/* Tells whether an entry still waits for anything; dead ones are dropped when spread. */
struct entry_judge {
    bool (*dead)(const void *context, struct entry x);
    const void *context;
    const void *slots;  /* prefetched by index before `dead` is asked */
    size_t slot_size;
};

void radix_queue_push(struct radix_queue *q, struct arena *a, struct entry x);
bool radix_queue_pop(struct radix_queue *q, struct arena *a, const struct entry_judge *judge,
                     int64_t until_ns, struct entry *out);

void entries_add(struct entries *e, struct arena *a, struct entry x);

#endif
