/* queue_radix.c - the monotone radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990), flat in size.
 *
 * Invariant: every waiting time is >= last_ns; bucket 0's untaken part holds times equal to
 * last_ns; FIFO order inside a bucket survives spreading, because entries move in order. */
#include "engine/queue.h"

static inline uint32_t bucket_of(const struct radix_queue *q, int64_t time_ns)
{
    uint64_t differ = (uint64_t)time_ns ^ (uint64_t)q->last_ns;
    return differ ? 64 - (uint32_t)__builtin_clzll(differ) : 0;
}

static inline void place(struct radix_queue *q, struct arena *a, struct entry x)
{
    uint32_t bucket = bucket_of(q, x.time_ns);
    if (bucket > 0) q->filled |= UINT64_C(1) << (bucket - 1);
    entries_add(&q->buckets[bucket], a, x);
}

void radix_queue_push(struct radix_queue *q, struct arena *a, struct entry x)
{
    place(q, a, x);
    q->count++;
}

/* How far ahead of the spread its slots are fetched: measured flat between 6 and 16. */
#define PREFETCH_AHEAD 8

static inline void prefetch(const struct entry_judge *judge, struct entry x)
{
    __builtin_prefetch((const char *)judge->slots + (size_t)(x.slot & INT32_MAX) * judge->slot_size);
}

/* Empties bucket b into lower ones around its minimum, dropping the dead. */
static void spread(struct radix_queue *q, struct arena *a, const struct entry_judge *judge,
                   uint32_t b, int64_t min_ns)
{
    struct entries *from = &q->buckets[b];
    uint32_t count = from->count;
    q->last_ns = min_ns;
    q->filled &= ~(UINT64_C(1) << (b - 1));
    from->count = 0; /* nothing returns to b: its bit now agrees with last_ns */
    for (uint32_t i = 0; i < count; i++) {
        if (i + PREFETCH_AHEAD < count) prefetch(judge, from->items[i + PREFETCH_AHEAD]);
        if (judge->dead(judge->context, from->items[i]))
            q->count--;
        else
            place(q, a, from->items[i]);
    }
}

static int64_t bucket_min(const struct entries *e)
{
    int64_t min_ns = e->items[0].time_ns;
    for (uint32_t i = 1; i < e->count; i++)
        if (e->items[i].time_ns < min_ns) min_ns = e->items[i].time_ns;
    return min_ns;
}

bool radix_queue_pop(struct radix_queue *q, struct arena *a, const struct entry_judge *judge,
                     int64_t until_ns, struct entry *out)
{
    struct entries *now = &q->buckets[0];
    while (q->taken == now->count) {
        q->taken = now->count = 0;
        if (!q->filled) return false;
        uint32_t b = 1 + (uint32_t)__builtin_ctzll(q->filled);
        int64_t min_ns = bucket_min(&q->buckets[b]);
        if (min_ns > until_ns) return false;
        if (q->buckets[b].count == 1) { /* the only one: nothing to spread */
            *out = q->buckets[b].items[0];
            q->buckets[b].count = 0;
            q->filled &= ~(UINT64_C(1) << (b - 1));
            q->last_ns = min_ns;
            q->count--;
            return true;
        }
        spread(q, a, judge, b, min_ns);
    }
    if (now->items[q->taken].time_ns > until_ns) return false;
    *out = now->items[q->taken++];
    q->count--;
    return true;
}
