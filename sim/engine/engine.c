/* engine.c - fires events in the order (time, phase, age).
 *
 * At any time: every waiting event has one entry in the queue (or one in a lane whose head has
 * one); once the clock reaches an instant with several events, or one schedules another for now,
 * they stand in per-phase batches, sorted by age; an instant with a single event, the usual case,
 * touches no batch. */
#include "base/arena.h"
#include "base/check.h"
#include "base/digest.h"
#include "engine/inside.h"

struct engine *engine_open(struct arena *a, struct world *w, struct engine_options options)
{
    struct engine *e = arena_alloc(a, sizeof *e);
    e->arena = a;
    e->world = w;
    radix_queue_open(&e->radix, &e->s.front);
    e->s.staged_end = e->s.staged;
    e->s.staged_last = &e->s.staged[STAGED_MAX - 1];
    if (options.heap_queue) {
        e->s.attention |= ATTENTION_REFERENCE;
        e->s.front.limit = 0;
    }
    return e;
}

void engine_pool(struct engine *e, bool (*live)(const struct world *w, uint32_t a, uint32_t b),
                 const uint32_t *generations, size_t stride, uint32_t mask)
{
    e->s.pool_live = live;
    e->s.pool_generations = (const char *)generations;
    e->s.pool_stride = stride;
    e->s.pool_mask = mask;
}

/* ------------------------------------------------------------------------- waiting */

static void attend(struct engine *e, uint32_t attention)
{
    e->s.attention |= attention;
    e->s.short_until = 0;
}

static bool waiter_dead(const void *context, const struct waiter *x)
{
    const struct engine *e = context;
    return x->type == &timer_entry_type && timer_dead(e, waiter_a(x), waiter_b(x));
}

/* It fires within some dozens of events. */
static void waiter_soon(const void *context, const struct waiter *x)
{
    const struct engine *e = context;
    if (x->type->entity)
        __builtin_prefetch(x->type->entity(e->world, waiter_a(x)));
    else if (x->type->live && x->type->live == e->s.pool_live)
        __builtin_prefetch(e->s.pool_generations +
                           (waiter_a(x) & e->s.pool_mask) * e->s.pool_stride);
}

/* Sweeping a spread costs a look at every timer: worth it when half of them may be dead. */
static struct judge judge_of(const struct engine *e)
{
    return (struct judge){ waiter_dead, waiter_soon, e, e->cancelled > e->radix.count / 2 };
}

static bool queue_pop(struct engine *e, uint64_t until, struct waiter *x)
{
    if (e->s.attention & ATTENTION_REFERENCE) return heap_queue_pop(&e->heap, until, x);
    struct judge judge = judge_of(e);
    if (!radix_queue_ready(&e->radix, e->arena, &judge, until)) return false;
    if (judge.sweep) e->cancelled = 0;
    radix_queue_take(&e->radix, x);
    return true;
}

/* Joins a batch by age. Nearly always the youngest, so the walk is rare and short. */
static void batch_add(struct engine *e, const struct waiter *x)
{
    uint32_t phase = x->key & ((1u << KEY_PHASE_BITS) - 1);
    struct batch *b = &e->batches[phase];
    waiters_add(&b->waiters, e->arena, x);
    struct waiter *items = b->waiters.items;
    uint32_t at = b->waiters.count - 1;
    for (; at > b->next && items[at - 1].age > x->age; at--)
        items[at] = items[at - 1];
    items[at] = *x;
    attend(e, 1u << phase);
}

void engine_wait(struct engine *e, const struct waiter *x)
{
    if (key_time(x->key) == e->s.now_ns)
        batch_add(e, x);
    else if (e->s.attention & ATTENTION_REFERENCE)
        heap_queue_push(&e->heap, e->arena, x);
    else
        radix_queue_push(&e->radix, e->arena, x);
}

void engine_at_slowly(struct engine *e, int64_t time_ns, const struct event_type *type, uint32_t a,
                      uint32_t b)
{
    check(time_ns >= e->s.now_ns);
    if (time_ns > key_time(KEY_LAST)) return; /* never comes */
    struct waiter x = { event_key(time_ns, type->phase), type, e->s.age++, about_of(a, b) };
    engine_wait(e, &x);
}

static __attribute__((noinline)) void wait_slowly(struct engine *e, const struct waiter *x)
{
    check(key_time(x->key) >= e->s.now_ns);
    if (x->key <= KEY_LAST) engine_wait(e, x); /* later never comes */
}

static inline void unstage(struct engine *e)
{
    struct engine_hot *s = &e->s;
    struct waiter *x = s->staged, *end = s->staged_end;
    if (x == end) return;
    s->staged_end = x;
    do {
        uint64_t key = x->key;
        if (__builtin_expect(key_time(key) <= s->now_ns || key > s->front.limit ||
                                 front_full(&s->front),
                             0))
            wait_slowly(e, x);
        else
            waiter_move(front_room(&s->front, key), x);
    } while (++x < end);
}

void engine_unstage(struct engine *e)
{
    unstage(e);
}

/* ------------------------------------------------------------------------- firing */

/* The digest takes the name, the time and the arguments: nothing of this machine. */
static inline void fire(struct engine *e, const struct event_type *type, uint64_t about)
{
    uint64_t word = (uint64_t)e->s.now_ns ^ type->word ^ (about << 20 | about >> 44);
    e->s.digest = digest_add(e->s.digest, word);
    e->s.fired++;
    type->fire(e->world, (uint32_t)about, (uint32_t)(about >> 32));
}

/* A lane's or a timer's entry becomes the event it stands for. False: that was cancelled. */
static bool resolve(struct engine *e, struct waiter *x)
{
    if (x->type == &timer_entry_type) return timer_take(e, x);
    if (x->type == &lane_entry_type) lane_take(e, x);
    return true;
}

/* Moves the clock to the next instant of the run. */
static bool next_instant(struct engine *e)
{
    struct waiter x;
    if (!queue_pop(e, e->until, &x)) return false;
    check(key_time(x.key) >= e->s.now_ns);
    e->s.now_ns = key_time(x.key);
    batch_add(e, &x);
    return true;
}

static void fire_batch(struct engine *e)
{
    struct waiter x;
    while (queue_pop(e, event_key(e->s.now_ns, PHASE_COUNT - 1), &x))
        batch_add(e, &x);
    uint32_t phase = (uint32_t)__builtin_ctz(e->s.attention & ATTENTION_BATCHES);
    struct batch *b = &e->batches[phase];
    x = b->waiters.items[b->next++];
    if (b->next == b->waiters.count) {
        b->next = b->waiters.count = 0;
        e->s.attention &= ~(1u << phase);
    }
    if (!resolve(e, &x) || !is_live(e, x.type, x.about)) return;
    fire(e, x.type, x.about);
    unstage(e);
    if (e->s.attention & ATTENTION_WATCHED) e->after(e->world, x.type, waiter_a(&x), waiter_b(&x));
}

/* Its `live` is not the pool's. */
static __attribute__((noinline)) void fire_asking(struct engine *e, struct waiter x)
{
    if (resolve(e, &x) && is_live(e, x.type, x.about)) fire(e, x.type, x.about);
}

/* The usual case by the shortest way: one event at its instant, in the front. False: it is not
 * that case, and nothing was done. */
static inline bool fire_next(struct engine *e)
{
    struct engine_hot *s = &e->s;
    struct waiter *x = s->front.end - 1;
    uint64_t key = x->key;
    if (key > s->short_until || x[-1].key == key) return false;
    const struct event_type *type = x->type;
    uint64_t about = x->about;
    s->front.end = x;
    s->now_ns = key_time(key);
    if (__builtin_expect(type->live != NULL, 0)) {
        if (type->live != s->pool_live) {
            fire_asking(e, *x);
            unstage(e);
            return true;
        }
        if (!pool_is_live(e, about)) return true;
    }
    fire(e, type, about);
    unstage(e);
    return true;
}

static bool step(struct engine *e)
{
    if (e->s.attention & ATTENTION_STOPPED) return false;
    if (!(e->s.attention & ATTENTION_BATCHES)) return next_instant(e);
    fire_batch(e);
    if (e->s.attention == 0) e->s.short_until = e->until;
    return true;
}

void engine_run(struct engine *e, int64_t until_ns)
{
    if (until_ns > key_time(KEY_LAST)) until_ns = key_time(KEY_LAST);
    e->until = event_key(until_ns, PHASE_COUNT - 1);
    unstage(e);
    e->s.short_until = e->s.attention ? 0 : e->until;
    while (fire_next(e) || step(e))
        continue;
    e->s.short_until = 0;
    if (!(e->s.attention & ATTENTION_STOPPED) && e->s.now_ns < until_ns) e->s.now_ns = until_ns;
}

void engine_stop(struct engine *e)
{
    attend(e, ATTENTION_STOPPED);
}

bool engine_stopped(const struct engine *e)
{
    return e->s.attention & ATTENTION_STOPPED;
}

void engine_watch(struct engine *e, void (*after)(struct world *w, const struct event_type *type,
                                                  uint32_t a, uint32_t b))
{
    e->after = after;
    e->s.attention &= ~(uint32_t)ATTENTION_WATCHED;
    if (after) attend(e, ATTENTION_WATCHED);
}

uint64_t engine_event_count(const struct engine *e)
{
    return e->s.fired;
}

uint64_t engine_digest(const struct engine *e)
{
    return e->s.digest;
}

uint32_t engine_pending_count(const struct engine *e)
{
    uint32_t count = e->heap.heap.count + front_count(&e->s.front) + e->radix.count;
    count += (uint32_t)(e->s.staged_end - e->s.staged);
    for (uint32_t i = 0; i < PHASE_COUNT; i++)
        count += e->batches[i].waiters.count - e->batches[i].next;
    for (uint32_t i = 0; i < e->lane_count; i++)
        count += e->s.lanes[i].tail - e->s.lanes[i].head;
    return count;
}
