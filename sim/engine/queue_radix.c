/* queue_radix.c - the working queue's far side: buckets by the highest differing bit.
 *
 * Invariants: last <= now and <= limit; every key in the buckets is > limit, every key in the front <= limit;
 * the front is sorted, latest first. Equal keys keep the order in which they were pushed: they are
 * always in one bucket together, and every move goes through it from its beginning. What is least in
 * a bucket is kept as it fills: to look for it would read what no longer fits the caches once more. */
#include "engine/queue.h"

void radix_queue_open(struct radix_queue *q, struct front *front)
{
    q->front = front;
    front->end = front_first(front);
    front->last = &front->items[FRONT_GUARDS + FRONT_MAX];
    front->limit = KEY_LAST; /* nothing is far until the front has overflowed once */
    memset(q->least, 0xff, sizeof q->least);
    for (uint32_t i = 0; i < FRONT_GUARDS; i++)
        front->items[i] = (struct waiter){ .key = UINT64_MAX };
}

static inline void place(struct radix_queue *q, struct arena *a, const struct waiter *x)
{
    uint64_t differ = x->key ^ q->last;
    uint32_t bucket = differ ? 64 - (uint32_t)__builtin_clzll(differ) : 0;
    if (bucket > 0) q->filled |= UINT64_C(1) << (bucket - 1);
    if (x->key < q->least[bucket]) q->least[bucket] = x->key;
    waiters_add(&q->buckets[bucket], a, x);
}

void radix_queue_push_far(struct radix_queue *q, struct arena *a, const struct waiter *x)
{
    place(q, a, x);
    q->count++;
}

/* The later half of the front goes to the buckets; of many equals, all or none. `last` stays where it
 * is, even if the buckets are empty: what stands in the front may all be later than what is pushed
 * next. */
void radix_queue_spill(struct radix_queue *q, struct arena *a)
{
    struct front *f = q->front;
    struct waiter *items = front_first(f);
    uint32_t count = front_count(f), far = 0;
    uint64_t latest = items[0].key, middle = items[count / 2].key;
    f->limit = middle < latest ? middle : latest - 1;
    while (far < count && items[far].key > f->limit)
        far++;
    for (uint32_t i = far; i > 0; i--)
        radix_queue_push_far(q, a, &items[i - 1]);
    f->end -= far;
    for (uint32_t i = far; i < count; i++)
        items[i - far] = items[i];
}

/* Empties bucket b into lower ones around its least key. */
static void spread(struct radix_queue *q, struct arena *a, const struct judge *judge, uint32_t b,
                   uint64_t min)
{
    struct waiters *from = &q->buckets[b];
    uint32_t count = from->count;
    q->last = min;
    q->filled &= ~(UINT64_C(1) << (b - 1));
    q->least[b] = UINT64_MAX;
    from->count = 0; /* nothing returns to b: its bit now agrees with `last` */
    for (uint32_t i = 0; i < count; i++) {
        if (judge->sweep && judge->dead(judge->context, &from->items[i]))
            q->count--;
        else
            place(q, a, &from->items[i]);
    }
}

/* The last key that bucket b can hold, given `last`. */
static uint64_t bucket_end(const struct radix_queue *q, uint32_t b)
{
    return b >= 64 ? UINT64_MAX : q->last | ((UINT64_C(1) << b) - 1);
}

/* Sorts a small bucket into the empty front. */
static void take(struct radix_queue *q, const struct judge *judge, struct waiters *from,
                 uint64_t limit)
{
    q->front->limit = limit < KEY_LAST ? limit : KEY_LAST;
    q->count -= from->count;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct waiter *x = &from->items[i];
        if (judge->dead(judge->context, x)) continue;
        if (judge->soon) judge->soon(judge->context, x);
        waiter_move(front_room(q->front, x->key), x);
    }
    from->count = 0;
}

/* Ties at one key may be any number: the front takes them in portions, its limit just below the key
 * until the last portion, so that what is pushed for it meanwhile joins the rest. */
static void take_ties(struct radix_queue *q, struct waiters *ties)
{
    uint32_t left = ties->count - q->ties;
    uint32_t portion = left < FRONT_FILL ? left : FRONT_FILL;
    q->front->limit = portion == left ? q->last : q->last - 1;
    for (uint32_t i = portion; i > 0; i--)
        waiter_move(q->front->end++, &ties->items[q->ties + i - 1]);
    q->count -= portion;
    q->ties += portion;
    if (portion == left) q->ties = ties->count = 0;
}

bool radix_queue_refill(struct radix_queue *q, struct arena *a, const struct judge *judge,
                        uint64_t until)
{
    while (q->front->end == front_first(q->front)) {
        if (q->buckets[0].count > 0) {
            if (q->last > until) return false;
            take_ties(q, &q->buckets[0]);
            break;
        }
        if (!q->filled) {
            q->front->limit = KEY_LAST;
            return false;
        }
        uint32_t b = 1 + (uint32_t)__builtin_ctzll(q->filled);
        struct waiters *from = &q->buckets[b];
        uint64_t min = q->least[b];
        if (min > until) return false;
        if (from->count <= FRONT_FILL) {
            q->filled &= ~(UINT64_C(1) << (b - 1));
            q->least[b] = UINT64_MAX;
            take(q, judge, from, bucket_end(q, b));
        } else {
            spread(q, a, judge, b, min);
        }
    }
    return true;
}
