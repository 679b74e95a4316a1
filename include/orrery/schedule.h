/* schedule.h - the hot half of the engine, which inlines into whoever schedules.
 *
 * For the engine and the inline functions below only; rooms read engine.h, which includes this.
 * The front is sorted, latest first, so the earliest is taken from its end; below it lie guards
 * later than any event, so that no loop or look-ahead need ask whether it is empty. */
#ifndef ORRERY_SCHEDULE_H
#define ORRERY_SCHEDULE_H

#include "orrery/time.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct engine;
struct event_type;

/* A handle that outlives its event harmlessly. {0, 0} is never a live event. */
struct event_id {
    uint32_t slot, generation;
};

/* An entry of a queue: a time, and what waits. The handle is slot | generation << 32. */
struct waiter {
    int64_t time_ns;
    uint64_t handle;
};

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
#define EVENT_IN_QUEUE (UINT32_MAX - 1)

#define FRONT_GUARDS 4
#define FRONT_MAX 48 /* an insertion moves half of it: 24 x 16 bytes, about 6 ns */

struct front {
    int64_t limit_ns; /* times up to this one belong here; -1: none does */
    uint32_t count;
    uint32_t unused;
    struct waiter items[FRONT_GUARDS + FRONT_MAX + 1]; /* guards first */
};

struct engine_hot {
    int64_t now_ns;
    uint64_t age, fired, digest;
    struct event *slots;
    uint32_t free_slot; /* 0: none; slot 0 is never used */
    uint32_t attention; /* what makes the run loop leave its short path: see engine.c */
    struct front front;
};

/* An entry is written and moved by 16 bytes at a time: one written in halves and read whole would
 * wait for the store buffer. */
typedef uint64_t waiter_words __attribute__((vector_size(16)));

static inline void waiter_put(struct waiter *to, int64_t time_ns, uint64_t handle)
{
    waiter_words words = { (uint64_t)time_ns, handle };
    memcpy(to, &words, sizeof words);
}

static inline void waiter_move(struct waiter *to, const struct waiter *from)
{
    waiter_words words;
    memcpy(&words, from, sizeof words);
    memcpy(to, &words, sizeof words);
}

/* The end of the front: the entry before it is the earliest. */
static inline struct waiter *front_end(struct front *f)
{
    return &f->items[FRONT_GUARDS + f->count];
}

/* Before the later ones; of equals, the new one is taken first. Moving the earliest three without
 * branches took 24 instructions an event more; their times could not be told apart by measuring. */
static inline void front_add(struct front *f, int64_t time_ns, uint64_t handle)
{
    struct waiter *end = front_end(f);
    f->count++;
    for (; end[-1].time_ns < time_ns; end--)
        waiter_move(end, end - 1);
    waiter_put(end, time_ns, handle);
}

/* Out of line: a time that is now or far, a full front, no free slot, the reference queue. */
struct event_id engine_at_slowly(struct engine *e, int64_t time_ns, const struct event_type *type,
                                 uint32_t a, uint32_t b);

static inline int64_t engine_now(const struct engine *e)
{
    return ((const struct engine_hot *)e)->now_ns;
}

/* Schedules type(a, b) at time_ns >= now (earlier is a bug); at now it joins its phase's FIFO. */
static inline __attribute__((always_inline)) struct event_id
engine_at(struct engine *e, int64_t time_ns, const struct event_type *type, uint32_t a, uint32_t b)
{
    struct engine_hot *s = (struct engine_hot *)e;
    uint32_t slot = s->free_slot;
    if (__builtin_expect(time_ns <= s->now_ns || time_ns > s->front.limit_ns || slot == 0 ||
                             s->front.count == FRONT_MAX,
                         0))
        return engine_at_slowly(e, time_ns, type, a, b);
    struct event *event = &s->slots[slot];
    uint32_t generation = event->generation;
    s->free_slot = event->next;
    event->type = type;
    event->age = s->age++;
    event->a = a;
    event->b = b;
    event->next = EVENT_IN_QUEUE;
    front_add(&s->front, time_ns, slot | (uint64_t)generation << 32);
    return (struct event_id){ slot, generation };
}

#endif
