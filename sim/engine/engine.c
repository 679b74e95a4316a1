/* engine.c - fires events in the order (time, phase, age).
 *
 * At any time: every waiting event has one entry in the queue (or one in a lane whose head has
 * one); once the clock reaches an instant with several events they stand in per-phase FIFOs,
 * sorted by age; an instant with a single event, the usual case, touches no FIFO. */
#include "orrery/engine.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/digest.h"
#include "engine/queue.h"

#include <string.h>

#define LANE_BIT UINT32_C(0x80000000)
#define SLOT_NONE UINT32_MAX

struct event {
    const struct event_type *type; /* NULL: cancelled while in a FIFO */
    uint64_t age;
    uint32_t a, b;
    uint32_t generation;
    uint32_t next; /* in a FIFO, or in the free list */
};
_Static_assert(sizeof(struct event) == 32, "two events a cache line");

/* The `next` of an event that waits in the queue, not in a FIFO: cancelling it may reuse it at
 * once, where a FIFO's member must stay linked until its turn. */
#define IN_QUEUE (SLOT_NONE - 1)

struct fifo {
    uint32_t first, last;
};

struct lane_entry {
    int64_t time_ns;
    uint64_t age;
    uint32_t a, b;
};

struct lane {
    const struct event_type *type;
    int64_t delay_ns;
    struct lane_entry *ring;
    uint32_t mask, head, tail; /* head..tail, modulo 2^32, indexed by mask */
};

/* What makes the run loop leave its short path; the low bits are FIFOs that are not empty. */
enum attention {
    ATTENTION_FIFOS = (1 << PHASE_COUNT) - 1,
    ATTENTION_STOPPED = 1 << 8,
    ATTENTION_REFERENCE = 1 << 9, /* the reference queue is in use */
    ATTENTION_WATCHED = 1 << 10
};

struct engine {
    struct arena *arena;
    struct world *world;
    int64_t now_ns;
    uint64_t age, fired, digest;
    struct event *slots;
    uint32_t slot_count, slot_capacity, free_slot;
    uint32_t attention;
    uint32_t cancelled; /* entries gone stale since the last sweep, about */
    struct heap_queue heap;
    struct radix_queue radix;
    struct fifo fifos[PHASE_COUNT];
    struct lane *lanes;
    uint32_t lane_count;
    void (*after)(struct world *w, const struct event_type *type, uint32_t a, uint32_t b);
};

/* Also fetches the entity that a live event is about: it fires within some dozens of events. */
static bool waiter_dead(const void *context, struct waiter x)
{
    const struct engine *e = context;
    if (x.slot & LANE_BIT) return false;
    const struct event *event = &e->slots[x.slot];
    if (event->generation != x.generation) return true;
    if (event->type->entity) __builtin_prefetch(event->type->entity(e->world, event->a));
    return false;
}

/* Sweeping a spread costs a look at every slot: worth it when half of them may be dead. */
static struct judge judge_of(const struct engine *e)
{
    return (struct judge){ waiter_dead, e, e->slots, sizeof *e->slots,
                           e->cancelled > e->radix.count / 2 };
}

struct engine *engine_open(struct arena *a, struct world *w, struct engine_options options)
{
    struct engine *e = arena_alloc(a, sizeof *e);
    e->arena = a;
    e->world = w;
    e->free_slot = SLOT_NONE;
    if (options.heap_queue) e->attention |= ATTENTION_REFERENCE;
    radix_queue_open(&e->radix);
    e->slot_count = 1; /* slot 0 stays unused, so {0, 0} is nobody's handle */
    e->slots = arena_grow(a, NULL, 0, 64 * sizeof *e->slots);
    e->slot_capacity = 64;
    return e;
}

int64_t engine_now(const struct engine *e)
{
    return e->now_ns;
}

static __attribute__((noinline)) uint32_t slot_make(struct engine *e)
{
    if (e->slot_count == e->slot_capacity) {
        check(e->slot_capacity < LANE_BIT / 2);
        size_t bytes = e->slot_capacity * sizeof *e->slots;
        e->slots = arena_grow(e->arena, e->slots, bytes, 2 * bytes);
        e->slot_capacity *= 2;
    }
    return e->slot_count++;
}

static inline uint32_t slot_take(struct engine *e)
{
    uint32_t slot = e->free_slot;
    if (__builtin_expect(slot == SLOT_NONE, 0)) return slot_make(e);
    e->free_slot = e->slots[slot].next;
    return slot;
}

static inline void slot_give(struct engine *e, uint32_t slot)
{
    e->slots[slot].generation++;
    e->slots[slot].next = e->free_slot;
    e->free_slot = slot;
}

static inline void queue_push(struct engine *e, struct waiter x)
{
    if (__builtin_expect(e->attention & ATTENTION_REFERENCE, 0))
        heap_queue_push(&e->heap, e->arena, x);
    else
        radix_queue_push(&e->radix, e->arena, x);
}

/* Out of line: the front is empty, or the reference queue is in use. */
static __attribute__((noinline)) bool queue_pop_slowly(struct engine *e, int64_t until_ns,
                                                       struct waiter *x)
{
    if (e->attention & ATTENTION_REFERENCE) return heap_queue_pop(&e->heap, until_ns, x);
    struct judge judge = judge_of(e);
    if (!radix_queue_ready(&e->radix, e->arena, &judge, until_ns)) return false;
    if (judge.sweep) e->cancelled = 0;
    *x = e->radix.front[--e->radix.front_count];
    return true;
}

static inline bool queue_pop(struct engine *e, int64_t until_ns, struct waiter *x)
{
    uint32_t count = e->radix.front_count;
    if (__builtin_expect(count == 0, 0)) return queue_pop_slowly(e, until_ns, x);
    if (e->radix.front[count - 1].time_ns > until_ns) return false;
    *x = e->radix.front[count - 1];
    e->radix.front_count = count - 1;
    return true;
}

/* Whether the queue holds another entry for the instant just taken from it. */
static inline bool queue_has_more(const struct engine *e)
{
    uint32_t count = e->radix.front_count;
    if (__builtin_expect(count > 0, 1)) return e->radix.front[count - 1].time_ns == e->now_ns;
    if (e->attention & ATTENTION_REFERENCE) return e->heap.heap.count > 0 && e->heap.heap.items[0].time_ns == e->now_ns;
    return e->radix.buckets[0].count > 0;
}

/* Joins a FIFO by age. Nearly always the youngest, so the walk is rare and short. */
static void fifo_add(struct engine *e, uint32_t slot)
{
    struct event *event = &e->slots[slot];
    struct fifo *f = &e->fifos[event->type->phase];
    uint32_t phase_bit = 1u << event->type->phase;
    event->next = SLOT_NONE;
    if (!(e->attention & phase_bit)) {
        f->first = f->last = slot;
        e->attention |= phase_bit;
    } else if (e->slots[f->last].age < event->age) {
        e->slots[f->last].next = slot;
        f->last = slot;
    } else {
        uint32_t *link = &f->first;
        while (e->slots[*link].age < event->age)
            link = &e->slots[*link].next;
        event->next = *link;
        *link = slot;
    }
}

struct event_id engine_at(struct engine *e, int64_t time_ns, const struct event_type *type,
                          uint32_t a, uint32_t b)
{
    uint32_t slot = slot_take(e);
    struct event *event = &e->slots[slot];
    uint32_t generation = event->generation;
    event->type = type;
    event->age = e->age++;
    event->a = a;
    event->b = b;
    event->next = IN_QUEUE;
    if (__builtin_expect(time_ns > e->now_ns, 1)) {
        queue_push(e, (struct waiter){ time_ns, slot, generation });
    } else {
        check(time_ns == e->now_ns);
        fifo_add(e, slot);
    }
    return (struct event_id){ slot, generation };
}

bool engine_pending(const struct engine *e, struct event_id id)
{
    return id.slot != 0 && e->slots[id.slot].generation == id.generation &&
           e->slots[id.slot].type != NULL;
}

bool engine_cancel(struct engine *e, struct event_id id)
{
    if (!engine_pending(e, id)) return false;
    if (e->slots[id.slot].next == IN_QUEUE) {
        slot_give(e, id.slot); /* its entry is now stale and is dropped when met */
        e->cancelled++;
    } else {
        e->slots[id.slot].type = NULL; /* still linked: the FIFO gives it back */
    }
    return true;
}

uint32_t engine_lane(struct engine *e, int64_t delay_ns, const struct event_type *type)
{
    check(delay_ns >= 0);
    for (uint32_t i = 0; i < e->lane_count; i++)
        if (e->lanes[i].delay_ns == delay_ns && e->lanes[i].type == type) return i;
    size_t bytes = e->lane_count * sizeof *e->lanes;
    e->lanes = arena_grow(e->arena, e->lanes, bytes, bytes + sizeof *e->lanes);
    e->lanes[e->lane_count] = (struct lane){ .type = type, .delay_ns = delay_ns };
    return e->lane_count++;
}

static void lane_grow(struct engine *e, struct lane *lane)
{
    uint32_t old = lane->ring ? lane->mask + 1 : 0, wider = old ? 2 * old : 16;
    struct lane_entry *ring = arena_alloc(e->arena, wider * sizeof *ring);
    for (uint32_t i = 0; i < lane->tail - lane->head; i++)
        ring[i] = lane->ring[(lane->head + i) & lane->mask];
    lane->tail -= lane->head;
    lane->head = 0;
    lane->ring = ring;
    lane->mask = wider - 1;
}

void engine_lane_push(struct engine *e, uint32_t index, uint32_t a, uint32_t b)
{
    struct lane *lane = &e->lanes[index];
    if (lane->delay_ns == 0) {
        engine_at(e, e->now_ns, lane->type, a, b);
        return;
    }
    if (!lane->ring || lane->tail - lane->head == lane->mask + 1) lane_grow(e, lane);
    int64_t time_ns = time_add(e->now_ns, lane->delay_ns);
    bool was_empty = lane->tail == lane->head;
    lane->ring[lane->tail++ & lane->mask] = (struct lane_entry){ time_ns, e->age++, a, b };
    if (was_empty) queue_push(e, (struct waiter){ time_ns, LANE_BIT | index, 0 });
}

static inline bool is_live(const struct engine *e, const struct event_type *type, uint32_t a,
                           uint32_t b)
{
    return !type->live || type->live(e->world, a, b);
}

/* The digest takes the name by value, the time and the arguments: nothing of this machine. */
static inline void fire(struct engine *e, const struct event_type *type, uint32_t a, uint32_t b)
{
    uint64_t low, high;
    memcpy(&low, type->name, 8);
    memcpy(&high, type->name + 8, 8);
    uint64_t word = (uint64_t)e->now_ns ^ (low + (high << 1)) ^ ((uint64_t)a << 40 ^ (uint64_t)b << 20);
    e->digest = digest_add(e->digest, word);
    e->fired++;
    type->fire(e->world, a, b);
    if (__builtin_expect(e->attention & ATTENTION_WATCHED, 0)) e->after(e->world, type, a, b);
}

/* Drops dead heads and puts the first live one in the queue. */
static void lane_advance(struct engine *e, uint32_t index)
{
    struct lane *lane = &e->lanes[index];
    while (lane->head != lane->tail) {
        const struct lane_entry *x = &lane->ring[lane->head & lane->mask];
        if (is_live(e, lane->type, x->a, x->b)) {
            queue_push(e, (struct waiter){ x->time_ns, LANE_BIT | index, 0 });
            return;
        }
        lane->head++;
    }
}

/* Everything a lane has for this instant goes to its phase's FIFO, in order of age. */
static void lane_gather(struct engine *e, uint32_t index)
{
    struct lane *lane = &e->lanes[index];
    while (lane->head != lane->tail) {
        struct lane_entry x = lane->ring[lane->head & lane->mask];
        if (x.time_ns != e->now_ns) break;
        lane->head++;
        uint32_t slot = slot_take(e);
        struct event *event = &e->slots[slot];
        event->type = lane->type;
        event->a = x.a;
        event->b = x.b;
        event->age = x.age;
        fifo_add(e, slot);
    }
    lane_advance(e, index);
}

static void gather(struct engine *e, struct waiter x)
{
    if (x.slot & LANE_BIT)
        lane_gather(e, x.slot & ~LANE_BIT);
    else if (e->slots[x.slot].generation == x.generation)
        fifo_add(e, x.slot);
}

static void fire_alone(struct engine *e, struct waiter x)
{
    struct event *event = &e->slots[x.slot];
    if (event->generation != x.generation) return;
    const struct event_type *type = event->type;
    uint32_t a = event->a, b = event->b;
    slot_give(e, x.slot);
    if (is_live(e, type, a, b)) fire(e, type, a, b);
}

static void fire_fifo(struct engine *e)
{
    uint32_t phase = (uint32_t)__builtin_ctz(e->attention & ATTENTION_FIFOS);
    struct fifo *f = &e->fifos[phase];
    uint32_t slot = f->first;
    struct event event = e->slots[slot];
    f->first = event.next;
    if (event.next == SLOT_NONE) e->attention &= ~(1u << phase);
    slot_give(e, slot);
    if (event.type && is_live(e, event.type, event.a, event.b))
        fire(e, event.type, event.a, event.b);
}

static inline bool lane_alone(const struct engine *e, const struct lane *lane)
{
    return lane->tail - lane->head == 1 ||
           lane->ring[(lane->head + 1) & lane->mask].time_ns != e->now_ns;
}

static void fire_lane_alone(struct engine *e, uint32_t index)
{
    struct lane *lane = &e->lanes[index];
    struct lane_entry x = lane->ring[lane->head++ & lane->mask];
    const struct event_type *type = lane->type;
    lane_advance(e, index);
    if (is_live(e, type, x.a, x.b)) fire(e, type, x.a, x.b);
}

/* Moves the clock to the next instant at or before until_ns and fires or gathers its events. */
static bool next_instant(struct engine *e, int64_t until_ns)
{
    struct waiter x;
    if (!queue_pop(e, until_ns, &x)) return false;
    e->now_ns = x.time_ns;
    if (!queue_has_more(e)) {
        if (!(x.slot & LANE_BIT)) {
            fire_alone(e, x);
            return true;
        }
        if (lane_alone(e, &e->lanes[x.slot & ~LANE_BIT])) {
            fire_lane_alone(e, x.slot & ~LANE_BIT);
            return true;
        }
    }
    do
        gather(e, x);
    while (queue_pop(e, e->now_ns, &x));
    return true;
}

/* The usual case by the shortest way: one event at its instant, in the front. False: it is not
 * that case, and nothing was done. */
static inline bool fire_next(struct engine *e, int64_t until_ns)
{
    struct radix_queue *q = &e->radix;
    uint32_t count = q->front_count;
    if (__builtin_expect(count < 2, 0)) return false;
    const struct waiter *x = &q->front[count - 1];
    int64_t time_ns = x->time_ns;
    uint32_t slot = x->slot, generation = x->generation;
    if (time_ns > until_ns || x[-1].time_ns == time_ns || slot & LANE_BIT) return false;
    q->front_count = count - 1;
    struct event *event = &e->slots[slot];
    if (event->generation != generation) return true;
    e->now_ns = time_ns;
    const struct event_type *type = event->type;
    uint32_t a = event->a, b = event->b;
    event->generation = generation + 1;
    event->next = e->free_slot;
    e->free_slot = slot;
    if (is_live(e, type, a, b)) fire(e, type, a, b);
    return true;
}

static bool step(struct engine *e, int64_t until_ns)
{
    if (e->attention & ATTENTION_STOPPED) return false;
    if (e->attention & ATTENTION_FIFOS) {
        fire_fifo(e);
        return true;
    }
    return next_instant(e, until_ns);
}

void engine_run(struct engine *e, int64_t until_ns)
{
    for (;;) {
        if (e->attention == 0 && fire_next(e, until_ns)) continue;
        if (!step(e, until_ns)) break;
    }
    if (!(e->attention & ATTENTION_STOPPED) && e->now_ns < until_ns) e->now_ns = until_ns;
}

void engine_stop(struct engine *e)
{
    e->attention |= ATTENTION_STOPPED;
}

bool engine_stopped(const struct engine *e)
{
    return e->attention & ATTENTION_STOPPED;
}

void engine_watch(struct engine *e, void (*after)(struct world *w, const struct event_type *type,
                                                  uint32_t a, uint32_t b))
{
    e->after = after;
    e->attention = after ? e->attention | ATTENTION_WATCHED : e->attention & ~ATTENTION_WATCHED;
}

uint64_t engine_event_count(const struct engine *e)
{
    return e->fired;
}

uint64_t engine_digest(const struct engine *e)
{
    return e->digest;
}

uint32_t engine_pending_count(const struct engine *e)
{
    uint32_t count = e->heap.heap.count + e->radix.front_count + e->radix.count;
    for (uint32_t i = 0; i < e->lane_count; i++)
        count += e->lanes[i].tail - e->lanes[i].head;
    return count;
}
