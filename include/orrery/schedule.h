/* schedule.h - the hot half of the engine, which inlines into whoever schedules.
 *
 * For the engine and the inline functions below only; rooms read engine.h, which includes this.
 * An event waits as 32 bytes that are all there is of it: no slot to look up when its time comes.
 * The front is sorted, latest first, so the earliest is taken from its end; below it lie guards
 * later than any event, so that no loop or look-ahead need ask whether it is empty. */
#ifndef ORRERY_SCHEDULE_H
#define ORRERY_SCHEDULE_H

#include "orrery/time.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct engine;
struct world;

enum phase { PHASE_FAULT, PHASE_CONTROL, PHASE_WORK, PHASE_ARRIVAL, PHASE_OBSERVE, PHASE_COUNT };

#define EVENT_NAME_BYTES 16

/* The first two fields of an event_type: EVENT("pod.ready"). */
#define EVENT(name) name, EVENT_WORD(name, 0) + (EVENT_WORD(name, 8) << 1)
#define EVENT_BYTE(s, i) ((uint64_t)(unsigned char)((i) < sizeof(s) ? (s)[i] : 0) << (i) % 8 * 8)
#define EVENT_WORD(s, i)                                                                           \
    (EVENT_BYTE(s, i) | EVENT_BYTE(s, i + 1) | EVENT_BYTE(s, i + 2) | EVENT_BYTE(s, i + 3) |       \
     EVENT_BYTE(s, i + 4) | EVENT_BYTE(s, i + 5) | EVENT_BYTE(s, i + 6) | EVENT_BYTE(s, i + 7))

/* A static const beside the function it names, which begins with EVENT. */
struct event_type {
    char name[EVENT_NAME_BYTES]; /* "pod.ready"; at most 15 characters */
    uint64_t word;               /* the same as a number, for the digest: no address is observed */
    void (*fire)(struct world *w, uint32_t a, uint32_t b);
    /* Whether the thing (a, b) still exists; NULL: always. Asked before firing, so an event
     * dies with its entity and need not be cancelled. */
    bool (*live)(const struct world *w, uint32_t a, uint32_t b);
    enum phase phase;
    /* The memory that firing will touch first, to be fetched ahead; NULL: not worth it. */
    const void *(*entity)(const struct world *w, uint32_t a);
};

/* A handle that outlives its event harmlessly. {0, 0} is never a live event. */
struct event_id {
    uint32_t slot, generation;
};

/* Time and phase in one number, so that one comparison orders by both. */
#define KEY_PHASE_BITS 3
_Static_assert(PHASE_COUNT <= 1 << KEY_PHASE_BITS, "a phase fits below the time");

static inline uint64_t event_key(int64_t time_ns, enum phase phase)
{
    return (uint64_t)time_ns << KEY_PHASE_BITS | (uint64_t)phase;
}

static inline int64_t key_time(uint64_t key)
{
    return (int64_t)(key >> KEY_PHASE_BITS);
}

/* No event is later: twice the longest run, since a delay may begin at its end. TIME_NEVER's own
 * key is larger, and never comes. */
#define KEY_LAST event_key(2 * TIME_MAX_NS, (enum phase)((1 << KEY_PHASE_BITS) - 1))
_Static_assert(2 * TIME_MAX_NS < INT64_MAX >> KEY_PHASE_BITS, "keys of times do not overflow");

/* An event as it waits. */
struct waiter {
    uint64_t key;
    const struct event_type *type;
    uint64_t age;   /* of those scheduled: ties are in its order */
    uint64_t about; /* a | b << 32 */
};
_Static_assert(sizeof(struct waiter) == 32, "two a cache line");

#define FRONT_GUARDS 2
#define FRONT_MAX 48 /* an insertion moves half of it at most */

struct front {
    uint64_t limit;     /* keys up to this one belong here; 0: none does */
    struct waiter *end; /* behind the earliest */
    struct waiter *last; /* where it stands when the front is full */
    struct waiter items[FRONT_GUARDS + FRONT_MAX + 1]; /* guards first */
};

struct lane_entry {
    int64_t time_ns;
    uint64_t age;
    uint64_t about;
};

/* Only its head waits in the queue. */
struct lane {
    const struct event_type *type;
    int64_t delay_ns;
    struct lane_entry *ring;
    uint32_t mask, head, tail; /* head..tail, modulo 2^32, indexed by mask; 2^32 - 1: no ring yet */
};

#define STAGED_MAX 16 /* what one handler schedules, as a rule; more is sorted in at once */

struct engine_hot {
    int64_t now_ns;
    uint64_t age, fired, digest;
    uint64_t short_until; /* the run loop's short path goes so far; 0: not now */
    uint32_t attention;   /* why not: see inside.h */
    /* The pool of entities that most events are about: see engine_pool. */
    uint32_t pool_mask;
    bool (*pool_live)(const struct world *w, uint32_t a, uint32_t b);
    const char *pool_generations;
    size_t pool_stride;
    struct lane *lanes;
    struct front front;
    struct waiter *staged_end;  /* behind the last one staged */
    struct waiter *staged_last; /* no more than up to here */
    struct waiter staged[STAGED_MAX];
};

static inline uint64_t about_of(uint32_t a, uint32_t b)
{
    return a | (uint64_t)b << 32;
}

static inline uint32_t waiter_a(const struct waiter *x)
{
    return (uint32_t)x->about;
}

static inline uint32_t waiter_b(const struct waiter *x)
{
    return (uint32_t)(x->about >> 32);
}

/* Word by word, and kept so by an empty instruction: joined into 16 bytes, a word that was written
 * alone would have to reach the cache before it could be read, and the key is nearly always read
 * soon. Measured on the M/M/1 of the benchmark: 26.1 -> 24.4 ns a customer. */
#define WORD_ALONE(x) __asm__("" : "+r"(x))

static inline void waiter_put(struct waiter *to, uint64_t key, const struct event_type *type,
                              uint64_t age, uint64_t about)
{
    WORD_ALONE(key);
    WORD_ALONE(type);
    WORD_ALONE(age);
    WORD_ALONE(about);
    to->key = key;
    to->type = type;
    to->age = age;
    to->about = about;
}

static inline void waiter_move(struct waiter *to, const struct waiter *from)
{
    waiter_put(to, from->key, from->type, from->age, from->about);
}

static inline struct waiter *front_first(struct front *f)
{
    return &f->items[FRONT_GUARDS];
}

static inline uint32_t front_count(const struct front *f)
{
    return (uint32_t)(f->end - &f->items[FRONT_GUARDS]);
}

static inline bool front_full(const struct front *f)
{
    return f->end == f->last;
}

/* Room for an entry of this key: before the later ones; of equals, the older is taken first. */
static inline struct waiter *front_room(struct front *f, uint64_t key)
{
    struct waiter *end = f->end;
    f->end = end + 1;
    for (; end[-1].key <= key; end--)
        waiter_move(end, end - 1);
    return end;
}

/* Out of line: a time that is now, far or never, a full front, the reference queue. */
__attribute__((noinline)) void engine_at_slowly(struct engine *e, int64_t time_ns,
                                                const struct event_type *type, uint32_t a,
                                                uint32_t b);

static inline int64_t engine_now(const struct engine *e)
{
    return ((const struct engine_hot *)e)->now_ns;
}

/* Schedules type(a, b) at time_ns >= now (earlier is a bug); at now it fires within this instant,
 * by its phase. It cannot be cancelled: give the type a `live`, or see engine_timer. */
static inline __attribute__((always_inline)) void
engine_at(struct engine *e, int64_t time_ns, const struct event_type *type, uint32_t a, uint32_t b)
{
    struct engine_hot *s = (struct engine_hot *)e;
    uint64_t key = event_key(time_ns, type->phase);
    if (__builtin_expect(time_ns <= s->now_ns || key > s->front.limit || front_full(&s->front),
                         0)) {
        engine_at_slowly(e, time_ns, type, a, b);
        return;
    }
    waiter_put(front_room(&s->front, key), key, type, s->age++, about_of(a, b));
}

__attribute__((noinline)) void engine_unstage(struct engine *e); /* sorts in what is staged */

/* The same for a handler that has much to do yet: sorted in when that is over. Sorting guesses
 * where the event goes and is wrong half the time, which is found out only when its time has been
 * drawn, some thirty cycles; put off, that goes on beside the rest of the handler. */
static inline __attribute__((always_inline)) void engine_stage(struct engine *e, int64_t time_ns,
                                                               const struct event_type *type,
                                                               uint32_t a, uint32_t b)
{
    struct engine_hot *s = (struct engine_hot *)e;
    struct waiter *x = s->staged_end;
    waiter_put(x, event_key(time_ns, type->phase), type, s->age++, about_of(a, b));
    s->staged_end = x + 1;
    if (__builtin_expect(x == s->staged_last, 0)) engine_unstage(e);
}

/* Out of line: a lane that is empty or full, or whose delay is 0. */
__attribute__((noinline)) void engine_lane_push_slowly(struct engine *e, uint32_t lane, uint32_t a,
                                                       uint32_t b);

/* Schedules the lane's type(a, b) for its delay from now. */
static inline __attribute__((always_inline)) void engine_lane_push(struct engine *e, uint32_t index,
                                                                   uint32_t a, uint32_t b)
{
    struct engine_hot *s = (struct engine_hot *)e;
    struct lane *lane = &s->lanes[index];
    uint32_t count = lane->tail - lane->head;
    if (__builtin_expect(count - 1 >= lane->mask, 0)) { /* 0, or all */
        engine_lane_push_slowly(e, index, a, b);
        return;
    }
    lane->ring[lane->tail++ & lane->mask] =
        (struct lane_entry){ s->now_ns + lane->delay_ns, s->age++, about_of(a, b) };
}

#endif
