/* queue_radix.c - the working queue's far side: buckets by the highest differing bit.
 *
 * Invariants: last_ns <= limit_ns; every time in the buckets is > limit_ns, every time in the front
 * <= limit_ns; the front is sorted, latest first. */
#include "engine/queue.h"

void radix_queue_open(struct radix_queue *q, struct front *front)
{
    q->front = front;
    front->count = 0;
    front->limit_ns = INT64_MAX; /* nothing is far until the front has overflowed once */
    for (uint32_t i = 0; i < FRONT_GUARDS; i++)
        front->items[i] = waiter_of(INT64_MAX, 0, 0);
}

static inline void place(struct radix_queue *q, struct arena *a, struct waiter x)
{
    uint64_t differ = (uint64_t)x.time_ns ^ (uint64_t)q->last_ns;
    uint32_t bucket = differ ? 64 - (uint32_t)__builtin_clzll(differ) : 0;
    if (bucket > 0) q->filled |= UINT64_C(1) << (bucket - 1);
    waiters_add(&q->buckets[bucket], a, x);
}

void radix_queue_push_far(struct radix_queue *q, struct arena *a, struct waiter x)
{
    place(q, a, x);
    q->count++;
}

/* The later half of the front goes to the buckets; of many equals, all or none. */
void radix_queue_spill(struct radix_queue *q, struct arena *a)
{
    struct front *f = q->front;
    struct waiter *items = f->items + FRONT_GUARDS;
    int64_t latest_ns = items[0].time_ns, middle_ns = items[f->count / 2].time_ns;
    uint32_t far = 0;
    if (q->count == 0) q->last_ns = items[f->count - 1].time_ns;
    f->limit_ns = middle_ns < latest_ns ? middle_ns : latest_ns - 1;
    for (; far < f->count && items[far].time_ns > f->limit_ns; far++)
        radix_queue_push_far(q, a, items[far]);
    f->count -= far;
    for (uint32_t i = 0; i < f->count; i++)
        items[i] = items[i + far];
}

/* How far ahead of the spread its slots are fetched: measured flat between 6 and 16. */
#define PREFETCH_AHEAD 8

static inline void prefetch(const struct judge *judge, struct waiter x)
{
    if (judge->slots)
        __builtin_prefetch((const char *)judge->slots +
                           (size_t)(waiter_slot(x) & INT32_MAX) * judge->slot_size);
}

static int64_t bucket_min(const struct waiters *e)
{
    int64_t min_ns = e->items[0].time_ns;
    for (uint32_t i = 1; i < e->count; i++)
        min_ns = e->items[i].time_ns < min_ns ? e->items[i].time_ns : min_ns;
    return min_ns;
}

/* Empties bucket b into lower ones around its minimum. */
static void spread(struct radix_queue *q, struct arena *a, const struct judge *judge, uint32_t b,
                   int64_t min_ns)
{
    struct waiters *from = &q->buckets[b];
    uint32_t count = from->count;
    q->last_ns = min_ns;
    q->filled &= ~(UINT64_C(1) << (b - 1));
    from->count = 0; /* nothing returns to b: its bit now agrees with last_ns */
    for (uint32_t i = 0; i < count; i++) {
        if (judge->sweep && i + PREFETCH_AHEAD < count)
            prefetch(judge, from->items[i + PREFETCH_AHEAD]);
        if (judge->sweep && judge->dead(judge->context, from->items[i]))
            q->count--;
        else
            place(q, a, from->items[i]);
    }
}

/* The last time that bucket b can hold, given last_ns. */
static int64_t bucket_end(const struct radix_queue *q, uint32_t b)
{
    uint64_t below = b >= 64 ? UINT64_MAX : (UINT64_C(1) << b) - 1;
    return (int64_t)((uint64_t)q->last_ns | below) & INT64_MAX;
}

/* Sorts a small bucket, or as much of bucket 0's ties as fit, into the empty front. */
static void take(struct radix_queue *q, const struct judge *judge, struct waiters *from,
                 int64_t limit_ns)
{
    q->front->limit_ns = limit_ns;
    q->count -= from->count;
    for (uint32_t i = 0; i < from->count; i++)
        prefetch(judge, from->items[i]);
    for (uint32_t i = 0; i < from->count; i++) {
        struct waiter x = from->items[i];
        if (!judge->dead(judge->context, x)) front_add(q->front, x.time_ns, x.handle);
    }
    from->count = 0;
}

/* Ties at one instant may be any number: the front takes them in portions, its limit just below
 * the instant until the last portion, so that what is pushed for it meanwhile joins the rest. */
static void take_ties(struct radix_queue *q, struct waiters *ties)
{
    uint32_t portion = ties->count < FRONT_FILL ? ties->count : FRONT_FILL;
    q->front->limit_ns = portion == ties->count ? q->last_ns : q->last_ns - 1;
    for (uint32_t i = 0; i < portion; i++)
        q->front->items[FRONT_GUARDS + q->front->count++] = ties->items[--ties->count];
    q->count -= portion;
}

bool radix_queue_refill(struct radix_queue *q, struct arena *a, const struct judge *judge,
                        int64_t until_ns)
{
    while (q->front->count == 0) {
        if (q->buckets[0].count > 0) {
            if (q->last_ns > until_ns) return false;
            take_ties(q, &q->buckets[0]);
            break;
        }
        if (!q->filled) {
            q->front->limit_ns = INT64_MAX;
            return false;
        }
        uint32_t b = 1 + (uint32_t)__builtin_ctzll(q->filled);
        struct waiters *from = &q->buckets[b];
        int64_t min_ns = bucket_min(from);
        if (min_ns > until_ns) return false;
        if (from->count <= FRONT_FILL) {
            q->filled &= ~(UINT64_C(1) << (b - 1));
            take(q, judge, from, bucket_end(q, b));
        } else {
            spread(q, a, judge, b, min_ns);
        }
    }
    return true;
}
