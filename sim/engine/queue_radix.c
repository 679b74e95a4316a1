/* queue_radix.c - the working queue's far side: buckets by the highest digit that differs.
 *
 * Invariants: last <= now and <= limit; every key in the buckets is > limit, every key in the front <= limit;
 * the front is sorted, latest first. Equal keys keep the order in which they were pushed: they are
 * always in one bucket together, and every move goes through it from its beginning. */
#include "engine/queue.h"

#include "base/arena.h"

#define CHUNKS_AT_ONCE 64

void radix_queue_open(struct radix_queue *q, struct front *front)
{
    q->front = front;
    front->end = front_first(front);
    front->last = &front->items[FRONT_GUARDS + FRONT_MAX];
    front->limit = KEY_LAST; /* nothing is far until the front has overflowed once */
    for (uint32_t i = 0; i < FRONT_GUARDS; i++)
        front->items[i] = (struct waiter){ .key = UINT64_MAX };
}

/* ------------------------------------------------------------------------- buckets */

static inline struct chunk *chunk_of(const struct waiter *x)
{
    return (struct chunk *)((uintptr_t)x & ~(uintptr_t)(CHUNK_BYTES - 1));
}

static inline bool chunk_ends(const struct waiter *behind)
{
    return ((uintptr_t)behind & (CHUNK_BYTES - 1)) == 0;
}

/* Its only chunk is its last. */
static inline bool bucket_is_small(const struct bucket *b)
{
    return chunk_of(b->begin) == chunk_of(b->end - 1);
}

static inline void chunk_give(struct radix_queue *q, struct chunk *c)
{
    c->next = q->free;
    q->free = c;
}

static void chunks_make(struct radix_queue *q, struct arena *a)
{
    char *room = arena_alloc(a, (CHUNKS_AT_ONCE + 1) * CHUNK_BYTES);
    struct chunk *chunks = chunk_of((struct waiter *)(void *)(room + CHUNK_BYTES - 1));
    for (uint32_t i = CHUNKS_AT_ONCE; i > 0; i--)
        chunk_give(q, &chunks[i - 1]);
}

/* The bucket has no chunk, and is empty, or its last one is full. */
static __attribute__((noinline)) void bucket_widen(struct radix_queue *q, struct arena *a,
                                                   uint32_t index)
{
    struct bucket *b = &q->buckets[index];
    if (!q->free) chunks_make(q, a);
    struct chunk *c = q->free;
    q->free = c->next;
    c->next = NULL;
    if (b->end) {
        chunk_of(b->end - 1)->next = c;
    } else {
        b->begin = c->items;
        if (index < RADIX_TIES) {
            q->digits |= 1u << index / DIGIT_VALUES;
            q->filled[index / DIGIT_VALUES] |= (uint16_t)(1u << index % DIGIT_VALUES);
        }
    }
    b->end = c->items;
}

/* Takes all that it holds. */
static inline struct bucket bucket_empty(struct radix_queue *q, uint32_t digit, uint32_t value)
{
    struct bucket *b = &q->buckets[digit * DIGIT_VALUES + value], all = *b;
    *b = (struct bucket){ NULL, NULL };
    q->filled[digit] &= (uint16_t)~(1u << value);
    if (!q->filled[digit]) q->digits &= ~(1u << digit);
    return all;
}

/* Its key is >= last. */
static inline void place(struct radix_queue *q, struct arena *a, const struct waiter *x)
{
    uint64_t differ = x->key ^ q->last;
    uint32_t index = RADIX_TIES;
    if (__builtin_expect(differ != 0, 1)) {
        uint32_t shift = (63 - (uint32_t)__builtin_clzll(differ)) / DIGIT_BITS * DIGIT_BITS;
        index = shift * (DIGIT_VALUES / DIGIT_BITS) + (x->key >> shift) % DIGIT_VALUES;
    }
    struct bucket *b = &q->buckets[index];
    if (__builtin_expect(chunk_ends(b->end), 0)) bucket_widen(q, a, index);
    waiter_copy(b->end++, x);
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

/* ------------------------------------------------------------------------- filling the front */

/* The first and the last key that can be in this bucket, given `last`. */
static uint64_t bucket_low(const struct radix_queue *q, uint32_t digit, uint32_t value)
{
    uint32_t shift = digit * DIGIT_BITS;
    uint64_t here = ((UINT64_C(1) << DIGIT_BITS) - 1) << shift, below = (UINT64_C(1) << shift) - 1;
    return (q->last & ~(here | below)) | (uint64_t)value << shift;
}

static uint64_t bucket_high(const struct radix_queue *q, uint32_t digit, uint32_t value)
{
    return bucket_low(q, digit, value) | ((UINT64_C(1) << digit * DIGIT_BITS) - 1);
}

/* Empties a bucket into those of lower digits. Nothing returns to it: its digit now agrees with
 * `last`. */
static void spread(struct radix_queue *q, struct arena *a, const struct judge *judge, uint32_t digit,
                   uint32_t value)
{
    q->last = bucket_low(q, digit, value);
    struct bucket all = bucket_empty(q, digit, value);
    struct chunk *c = chunk_of(all.begin);
    do {
        struct chunk *next = c->next;
        struct waiter *end = next ? c->items + CHUNK_ITEMS : all.end;
        for (struct waiter *x = c->items; x < end; x++) {
            if (judge->sweep && judge->dead(judge->context, x))
                q->count--;
            else
                place(q, a, x);
        }
        chunk_give(q, c);
        c = next;
    } while (c);
}

/* Sorts a small bucket into the front, where all else is later. */
static void take(struct radix_queue *q, const struct judge *judge, struct bucket all)
{
    q->count -= (uint32_t)(all.end - all.begin);
    for (const struct waiter *x = all.begin; x < all.end; x++) {
        if (judge->dead(judge->context, x)) continue;
        if (judge->soon) judge->soon(judge->context, x);
        waiter_move(front_room(q->front, x->key), x);
    }
    chunk_give(q, chunk_of(all.begin));
}

/* The empty front takes the small bucket `first` of this digit, and those behind it that it has room
 * for too: latest first. */
static void take_buckets(struct radix_queue *q, const struct judge *judge, uint32_t digit,
                         uint32_t first)
{
    const struct bucket *buckets = &q->buckets[digit * DIGIT_VALUES];
    uint32_t last = first, room = FRONT_FILL - (uint32_t)(buckets[first].end - buckets[first].begin);
    for (; last + 1 < DIGIT_VALUES; last++) {
        const struct bucket *b = &buckets[last + 1];
        if (!b->end) continue;
        if (!bucket_is_small(b) || b->end - b->begin > room) break;
        room -= (uint32_t)(b->end - b->begin);
    }
    uint64_t limit = bucket_high(q, digit, last);
    q->front->limit = limit < KEY_LAST ? limit : KEY_LAST;
    for (uint32_t value = last + 1; value-- > first;)
        if (buckets[value].end) take(q, judge, bucket_empty(q, digit, value));
}

/* Ties at one key may be any number: the front takes them a chunk at a time, its limit just below the
 * key until the last of them, so that what is pushed for it meanwhile joins the rest. */
static void take_ties(struct radix_queue *q)
{
    struct bucket *ties = &q->buckets[RADIX_TIES];
    struct chunk *c = chunk_of(ties->begin), *next = c->next;
    struct waiter *end = next ? c->items + CHUNK_ITEMS : ties->end;
    q->front->limit = next ? q->last - 1 : q->last;
    q->count -= (uint32_t)(end - c->items);
    while (end > c->items)
        waiter_move(q->front->end++, --end);
    *ties = next ? (struct bucket){ next->items, ties->end } : (struct bucket){ NULL, NULL };
    chunk_give(q, c);
}

bool radix_queue_refill(struct radix_queue *q, struct arena *a, const struct judge *judge,
                        uint64_t until)
{
    while (q->front->end == front_first(q->front)) {
        if (q->buckets[RADIX_TIES].end) {
            if (q->last > until) return false;
            take_ties(q);
            break;
        }
        if (!q->digits) {
            q->front->limit = KEY_LAST;
            return false;
        }
        uint32_t digit = (uint32_t)__builtin_ctz(q->digits);
        uint32_t value = (uint32_t)__builtin_ctz(q->filled[digit]);
        if (bucket_low(q, digit, value) > until) return false;
        if (bucket_is_small(&q->buckets[digit * DIGIT_VALUES + value]))
            take_buckets(q, judge, digit, value);
        else
            spread(q, a, judge, digit, value);
    }
    return true;
}
