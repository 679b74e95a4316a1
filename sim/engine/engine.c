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
    struct engine_hot s; /* first: schedule.h's inline functions find it there */
    struct arena *arena;
    struct world *world;
    uint32_t slot_count, slot_capacity;
    uint32_t cancelled; /* entries gone stale since the last sweep, about */
    struct heap_queue heap;
    struct radix_queue radix; /* its front is s.front */
    struct fifo fifos[PHASE_COUNT];
    struct lane *lanes;
    uint32_t lane_count;
    void (*after)(struct world *w, const struct event_type *type, uint32_t a, uint32_t b);
};

/* Also fetches the entity that a live event is about: it fires within some dozens of events. */
static bool waiter_dead(const void *context, struct waiter x)
{
    const struct engine *e = context;
    if (x.handle & LANE_BIT) return false;
    const struct event *event = &e->s.slots[waiter_slot(x)];
    if (event->generation != waiter_generation(x)) return true;
    if (event->type->entity) __builtin_prefetch(event->type->entity(e->world, event->a));
    return false;
}

/* Sweeping a spread costs a look at every slot: worth it when half of them may be dead. */
static struct judge judge_of(const struct engine *e)
{
    return (struct judge){ waiter_dead, e, e->s.slots, sizeof *e->s.slots,
                           e->cancelled > e->radix.count / 2 };
}

struct engine *engine_open(struct arena *a, struct world *w, struct engine_options options)
{
    struct engine *e = arena_alloc(a, sizeof *e);
    e->arena = a;
    e->world = w;
    radix_queue_open(&e->radix, &e->s.front);
    if (options.heap_queue) {
        e->s.attention |= ATTENTION_REFERENCE;
        e->s.front.limit_ns = -1;
    }
    e->slot_count = 1; /* slot 0 stays unused, so {0, 0} is nobody's handle */
    e->s.slots = arena_grow(a, NULL, 0, 64 * sizeof *e->s.slots);
    e->slot_capacity = 64;
    return e;
}

static __attribute__((noinline)) uint32_t slot_make(struct engine *e)
{
    if (e->slot_count == e->slot_capacity) {
        check(e->slot_capacity < LANE_BIT / 2);
        size_t bytes = e->slot_capacity * sizeof *e->s.slots;
        e->s.slots = arena_grow(e->arena, e->s.slots, bytes, 2 * bytes);
        e->slot_capacity *= 2;
    }
    return e->slot_count++;
}

static uint32_t slot_take(struct engine *e)
{
    uint32_t slot = e->s.free_slot;
    if (slot == 0) return slot_make(e);
    e->s.free_slot = e->s.slots[slot].next;
    return slot;
}

static inline void slot_give(struct engine *e, uint32_t slot)
{
    struct event *event = &e->s.slots[slot];
    event->generation++;
    event->next = e->s.free_slot;
    e->s.free_slot = slot;
}

static void queue_push(struct engine *e, struct waiter x)
{
    if (e->s.attention & ATTENTION_REFERENCE)
        heap_queue_push(&e->heap, e->arena, x);
    else
        radix_queue_push(&e->radix, e->arena, x);
}

static bool queue_pop(struct engine *e, int64_t until_ns, struct waiter *x)
{
    if (e->s.attention & ATTENTION_REFERENCE) return heap_queue_pop(&e->heap, until_ns, x);
    struct judge judge = judge_of(e);
    if (!radix_queue_ready(&e->radix, e->arena, &judge, until_ns)) return false;
    if (judge.sweep) e->cancelled = 0;
    *x = radix_queue_take(&e->radix);
    return true;
}

/* Joins a FIFO by age. Nearly always the youngest, so the walk is rare and short. */
static void fifo_add(struct engine *e, uint32_t slot)
{
    struct event *event = &e->s.slots[slot];
    struct fifo *f = &e->fifos[event->type->phase];
    uint32_t phase_bit = 1u << event->type->phase;
    event->next = SLOT_NONE;
    if (!(e->s.attention & phase_bit)) {
        f->first = f->last = slot;
        e->s.attention |= phase_bit;
    } else if (e->s.slots[f->last].age < event->age) {
        e->s.slots[f->last].next = slot;
        f->last = slot;
    } else {
        uint32_t *link = &f->first;
        while (e->s.slots[*link].age < event->age)
            link = &e->s.slots[*link].next;
        event->next = *link;
        *link = slot;
    }
}

struct event_id engine_at_slowly(struct engine *e, int64_t time_ns, const struct event_type *type,
                                 uint32_t a, uint32_t b)
{
    uint32_t slot = slot_take(e);
    struct event *event = &e->s.slots[slot];
    event->type = type;
    event->age = e->s.age++;
    event->a = a;
    event->b = b;
    event->next = EVENT_IN_QUEUE;
    if (time_ns > e->s.now_ns) {
        queue_push(e, waiter_of(time_ns, slot, event->generation));
    } else {
        check(time_ns == e->s.now_ns);
        fifo_add(e, slot);
    }
    return (struct event_id){ slot, event->generation };
}

bool engine_pending(const struct engine *e, struct event_id id)
{
    return id.slot != 0 && e->s.slots[id.slot].generation == id.generation &&
           e->s.slots[id.slot].type != NULL;
}

bool engine_cancel(struct engine *e, struct event_id id)
{
    if (!engine_pending(e, id)) return false;
    if (e->s.slots[id.slot].next == EVENT_IN_QUEUE) {
        slot_give(e, id.slot); /* its entry is now stale and is dropped when met */
        e->cancelled++;
    } else {
        e->s.slots[id.slot].type = NULL; /* still linked: the FIFO gives it back */
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

/* The ring is full (or not there): what had wrapped to its beginning moves behind its old end. */
static void lane_grow(struct engine *e, struct lane *lane)
{
    uint32_t old = lane->ring ? lane->mask + 1 : 0, wider = old ? 2 * old : 16;
    uint32_t head = lane->head & lane->mask, count = lane->tail - lane->head;
    size_t entry = sizeof *lane->ring;
    lane->ring = arena_grow(e->arena, lane->ring, old * entry, wider * entry);
    memcpy(lane->ring + old, lane->ring, head * entry);
    lane->head = head;
    lane->tail = head + count;
    lane->mask = wider - 1;
}

void engine_lane_push(struct engine *e, uint32_t index, uint32_t a, uint32_t b)
{
    struct lane *lane = &e->lanes[index];
    if (lane->delay_ns == 0) {
        engine_at(e, e->s.now_ns, lane->type, a, b);
        return;
    }
    if (!lane->ring || lane->tail - lane->head == lane->mask + 1) lane_grow(e, lane);
    int64_t time_ns = time_add(e->s.now_ns, lane->delay_ns);
    bool was_empty = lane->tail == lane->head;
    lane->ring[lane->tail++ & lane->mask] = (struct lane_entry){ time_ns, e->s.age++, a, b };
    if (was_empty) queue_push(e, waiter_of(time_ns, LANE_BIT | index, 0));
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
    uint64_t word = (uint64_t)e->s.now_ns ^ (low + (high << 1)) ^ ((uint64_t)a << 40 ^ (uint64_t)b << 20);
    e->s.digest = digest_add(e->s.digest, word);
    e->s.fired++;
    type->fire(e->world, a, b);
}

/* Drops dead heads and puts the first live one in the queue. */
static void lane_advance(struct engine *e, uint32_t index)
{
    struct lane *lane = &e->lanes[index];
    while (lane->head != lane->tail) {
        const struct lane_entry *x = &lane->ring[lane->head & lane->mask];
        if (is_live(e, lane->type, x->a, x->b)) {
            queue_push(e, waiter_of(x->time_ns, LANE_BIT | index, 0));
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
        if (x.time_ns != e->s.now_ns) break;
        lane->head++;
        uint32_t slot = slot_take(e);
        struct event *event = &e->s.slots[slot];
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
    if (x.handle & LANE_BIT)
        lane_gather(e, waiter_slot(x) & ~LANE_BIT);
    else if (e->s.slots[waiter_slot(x)].generation == waiter_generation(x))
        fifo_add(e, waiter_slot(x));
}

static void fire_fifo(struct engine *e)
{
    uint32_t phase = (uint32_t)__builtin_ctz(e->s.attention & ATTENTION_FIFOS);
    struct fifo *f = &e->fifos[phase];
    uint32_t slot = f->first;
    struct event event = e->s.slots[slot];
    f->first = event.next;
    if (event.next == SLOT_NONE) e->s.attention &= ~(1u << phase);
    slot_give(e, slot);
    if (!event.type || !is_live(e, event.type, event.a, event.b)) return;
    fire(e, event.type, event.a, event.b);
    if (e->s.attention & ATTENTION_WATCHED) e->after(e->world, event.type, event.a, event.b);
}

/* Moves the clock to the next instant at or before until_ns and gathers its events. */
static bool next_instant(struct engine *e, int64_t until_ns)
{
    struct waiter x;
    if (!queue_pop(e, until_ns, &x)) return false;
    e->s.now_ns = x.time_ns;
    do
        gather(e, x);
    while (queue_pop(e, e->s.now_ns, &x));
    return true;
}

/* The usual case by the shortest way: one event at its instant, in the front. False: it is not
 * that case, and nothing was done. */
static inline bool fire_next(struct engine *e, int64_t until_ns)
{
    struct engine_hot *s = &e->s;
    const struct waiter *x = front_end(&s->front) - 1;
    int64_t time_ns = x->time_ns;
    uint64_t handle = x->handle;
    if (time_ns > until_ns || x[-1].time_ns == time_ns || handle & LANE_BIT) return false;
    s->front.count--;
    struct event *event = &s->slots[(uint32_t)handle];
    uint32_t generation = (uint32_t)(handle >> 32);
    if (event->generation != generation) return true;
    s->now_ns = time_ns;
    const struct event_type *type = event->type;
    uint32_t a = event->a, b = event->b;
    event->generation = generation + 1;
    event->next = s->free_slot;
    s->free_slot = (uint32_t)handle;
    if (is_live(e, type, a, b)) fire(e, type, a, b);
    return true;
}

static bool step(struct engine *e, int64_t until_ns)
{
    if (e->s.attention & ATTENTION_STOPPED) return false;
    if (!(e->s.attention & ATTENTION_FIFOS)) return next_instant(e, until_ns);
    fire_fifo(e);
    return true;
}

void engine_run(struct engine *e, int64_t until_ns)
{
    if (until_ns > TIME_NEVER - 1) until_ns = TIME_NEVER - 1; /* the guards are at TIME_NEVER */
    for (;;) {
        if (e->s.attention == 0 && fire_next(e, until_ns)) continue;
        if (!step(e, until_ns)) break;
    }
    if (!(e->s.attention & ATTENTION_STOPPED) && e->s.now_ns < until_ns) e->s.now_ns = until_ns;
}

void engine_stop(struct engine *e)
{
    e->s.attention |= ATTENTION_STOPPED;
}

bool engine_stopped(const struct engine *e)
{
    return e->s.attention & ATTENTION_STOPPED;
}

void engine_watch(struct engine *e, void (*after)(struct world *w, const struct event_type *type,
                                                  uint32_t a, uint32_t b))
{
    e->after = after;
    e->s.attention = after ? e->s.attention | ATTENTION_WATCHED : e->s.attention & ~ATTENTION_WATCHED;
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
    uint32_t count = e->heap.heap.count + e->s.front.count + e->radix.count;
    for (uint32_t i = 0; i < e->lane_count; i++)
        count += e->lanes[i].tail - e->lanes[i].head;
    return count;
}
