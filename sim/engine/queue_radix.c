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

static inline bool is_last(const struct chunk *c, const struct bucket *b)
{
    return b->full == c->items + CHUNK_ITEMS;
}

/* It has one chunk. */
static inline bool bucket_is_small(const struct bucket *b)
{
    return is_last(b->first, b);
}

static inline void chunk_give(struct radix_queue *q, struct chunk *c)
{
    c->next = q->free;
    q->free = c;
}

static void chunks_make(struct radix_queue *q, struct arena *a)
{
    enum { ALIGN = sizeof(struct waiter) };
    char *room = arena_alloc(a, CHUNKS_AT_ONCE * sizeof(struct chunk) + ALIGN);
    room += -(uintptr_t)room % ALIGN;
    struct chunk *chunks = (struct chunk *)(void *)room;
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
    if (b->first) {
        ((struct chunk *)(void *)(b->full - CHUNK_ITEMS))->next = c;
    } else {
        b->first = c;
        if (index < RADIX_TIES) {
            q->digits |= 1u << index / DIGIT_VALUES;
            q->filled[index / DIGIT_VALUES] |= UINT64_C(1) << index % DIGIT_VALUES;
        }
    }
    b->end = c->items;
    b->full = c->items + CHUNK_ITEMS;
}

/* Takes all that it holds. */
static inline struct bucket bucket_empty(struct radix_queue *q, uint32_t digit, uint32_t value)
{
    struct bucket *b = &q->buckets[digit * DIGIT_VALUES + value], all = *b;
    *b = (struct bucket){ NULL, NULL, NULL };
    q->filled[digit] &= ~(UINT64_C(1) << value);
    if (!q->filled[digit]) q->digits &= ~(1u << digit);
    return all;
}

/* Its key is >= last. */
static inline void place(struct radix_queue *q, struct arena *a, const struct waiter *x)
{
    uint64_t differ = x->key ^ q->last;
    uint32_t index = RADIX_TIES;
    if (__builtin_expect(differ != 0, 1)) {
        uint32_t digit = (63 - (uint32_t)__builtin_clzll(differ)) / DIGIT_BITS;
        index = digit * DIGIT_VALUES + (x->key >> digit * DIGIT_BITS) % DIGIT_VALUES;
    }
    struct bucket *b = &q->buckets[index];
    if (__builtin_expect(b->end == b->full, 0)) bucket_widen(q, a, index);
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
    for (struct chunk *c = all.first, *next; c; c = next) {
        bool last = is_last(c, &all);
        next = last ? NULL : c->next;
        const struct waiter *end = last ? all.end : c->items + CHUNK_ITEMS;
        for (const struct waiter *x = c->items; x < end; x++) {
            if (judge->sweep && judge->dead(judge->context, x))
                q->count--;
            else
                place(q, a, x);
        }
        chunk_give(q, c);
    }
}

#define BIN_BITS 5
#define BINS (1 << BIN_BITS)
#define BIN_NONE UINT8_MAX /* a dead one's */

/* Small buckets that are on their way to the front together. */
struct portion {
    struct bucket buckets[FRONT_FILL];
    uint32_t bucket_count, count; /* count: of entries */
    uint8_t bins[FRONT_FILL];     /* by entry, in order */
    uint8_t ends[BINS];           /* places in the front: behind those of the bin */
};

/* Puts every entry in one of some bins of equal width between the lowest and the highest key that there
 * can be, and says where bins end, the latest first. Returns how many entries are not dead. */
static uint32_t portion_count(struct portion *p, const struct judge *judge, uint64_t low, uint64_t high)
{
    uint32_t bits = high > low ? 64 - (uint32_t)__builtin_clzll(high - low) : 0;
    uint32_t shift = bits > BIN_BITS ? bits - BIN_BITS : 0;
    uint8_t counts[BINS] = { 0 };
    uint32_t at = 0, count = 0;
    for (uint32_t i = 0; i < p->bucket_count; i++) {
        const struct bucket *b = &p->buckets[i];
        for (const struct waiter *x = b->first->items; x < b->end; x++, at++) {
            p->bins[at] = BIN_NONE;
            if (judge->dead(judge->context, x)) continue;
            if (judge->soon) judge->soon(judge->context, x);
            p->bins[at] = (uint8_t)((x->key - low) >> shift);
            counts[p->bins[at]]++;
        }
    }
    for (uint32_t bin = BINS; bin-- > 0;)
        p->ends[bin] = (uint8_t)(count += counts[bin]);
    return count;
}

/* Sorts them into the empty front: by bins, which leaves nearly all where they belong, then each past
 * those that are earlier. Of equals the older stands behind. */
static void portion_take(struct front *f, struct portion *p, uint32_t count)
{
    struct waiter *items = front_first(f);
    uint32_t at = 0;
    for (uint32_t i = 0; i < p->bucket_count; i++) {
        const struct bucket *b = &p->buckets[i];
        for (const struct waiter *x = b->first->items; x < b->end; x++, at++)
            if (p->bins[at] != BIN_NONE) waiter_copy(&items[--p->ends[p->bins[at]]], x);
    }
    f->end = items + count;
    for (struct waiter *x = items + 1; x < f->end; x++) {
        if (__builtin_expect(x[-1].key >= x->key, 1)) continue;
        struct waiter moved = *x, *to = x;
        for (; to[-1].key < moved.key; to--)
            waiter_copy(to, to - 1);
        waiter_copy(to, &moved);
    }
}

/* The empty front takes the first bucket of this digit, which is small, and those behind it that it has
 * room for too. */
static void take_buckets(struct radix_queue *q, const struct judge *judge, uint32_t digit)
{
    struct portion p;
    p.bucket_count = p.count = 0;
    uint32_t value = (uint32_t)__builtin_ctzll(q->filled[digit]), last = value;
    uint64_t low = bucket_low(q, digit, value);
    do {
        const struct bucket *b = &q->buckets[digit * DIGIT_VALUES + value];
        if (!bucket_is_small(b) || p.count + (uint32_t)(b->end - b->first->items) > FRONT_FILL) break;
        p.count += (uint32_t)(b->end - b->first->items);
        p.buckets[p.bucket_count++] = bucket_empty(q, digit, last = value);
        value = q->filled[digit] ? (uint32_t)__builtin_ctzll(q->filled[digit]) : last;
    } while (value > last);
    uint64_t high = bucket_high(q, digit, last);
    portion_take(q->front, &p, portion_count(&p, judge, low, high));
    for (uint32_t i = 0; i < p.bucket_count; i++)
        chunk_give(q, p.buckets[i].first);
    q->front->limit = high < KEY_LAST ? high : KEY_LAST;
    q->count -= p.count;
}

/* Ties at one key may be any number: the front takes them a chunk at a time, its limit just below the
 * key until the last of them, so that what is pushed for it meanwhile joins the rest. */
static void take_ties(struct radix_queue *q)
{
    struct bucket *ties = &q->buckets[RADIX_TIES];
    struct chunk *c = ties->first;
    bool last = is_last(c, ties);
    const struct waiter *x = last ? ties->end : c->items + CHUNK_ITEMS;
    q->front->limit = last ? q->last : q->last - 1;
    q->count -= (uint32_t)(x - c->items);
    while (x > c->items)
        waiter_copy(q->front->end++, --x);
    *ties = last ? (struct bucket){ NULL, NULL, NULL } : (struct bucket){ c->next, ties->end, ties->full };
    chunk_give(q, c);
}

bool radix_queue_refill(struct radix_queue *q, struct arena *a, const struct judge *judge,
                        uint64_t until)
{
    while (q->front->end == front_first(q->front)) {
        if (q->buckets[RADIX_TIES].first) {
            if (q->last > until) return false;
            take_ties(q);
            break;
        }
        if (!q->digits) {
            q->front->limit = KEY_LAST;
            return false;
        }
        uint32_t digit = (uint32_t)__builtin_ctz(q->digits);
        uint32_t value = (uint32_t)__builtin_ctzll(q->filled[digit]);
        if (bucket_low(q, digit, value) > until) return false;
        if (bucket_is_small(&q->buckets[digit * DIGIT_VALUES + value]))
            take_buckets(q, judge, digit);
        else
            spread(q, a, judge, digit, value);
    }
    return true;
}
