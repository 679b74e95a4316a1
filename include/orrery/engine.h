/* engine.h - the clock and everything that waits for it.
 *
 * Order inside a run is exactly (time, phase, age): causes before effects, watchers last,
 * and within a phase the order of scheduling. Two queues (a radix heap and a 4-ary heap) and
 * the lanes all give that one order, so which is in use can never be seen. */
#ifndef ORRERY_ENGINE_H
#define ORRERY_ENGINE_H

#include "orrery/schedule.h" /* engine_now, engine_at, event_type, phase, event_id */

#include <stddef.h>

struct arena;

struct engine_options {
    bool heap_queue; /* the 4-ary heap, the reference, instead of the radix heap */
};

struct engine *engine_open(struct arena *a, struct world *w, struct engine_options options);

/* int64_t engine_now(const struct engine *e);
 * void engine_at(struct engine *e, int64_t time_ns, const struct event_type *type, uint32_t a,
 *                uint32_t b);
 * Inline, in schedule.h: schedules type(a, b) at time_ns >= now. */

/* The same for an event that may be cancelled. */
struct event_id engine_timer(struct engine *e, int64_t time_ns, const struct event_type *type,
                             uint32_t a, uint32_t b);
/* O(1). False when the event has fired, was cancelled, or never was. */
bool engine_cancel(struct engine *e, struct event_id id);
bool engine_pending(const struct engine *e, struct event_id id);

/* A lane is a FIFO for one constant delay: only its head waits in the queue, so a million
 * timeouts that never fire cost a ring of memory and no heap work. Its events cannot be
 * cancelled; give the type a `live`. Lanes of equal (delay, type) are shared. */
uint32_t engine_lane(struct engine *e, int64_t delay_ns, const struct event_type *type);
/* void engine_lane_push(struct engine *e, uint32_t lane, uint32_t a, uint32_t b);
 * Inline, in schedule.h. */

/* Most events are about entities of one pool, and most of their `live` are one function: whether
 * entity (a & mask) is still of generation b. Told where generations stand (the first one, and the
 * bytes from one to the next; they must never move), the engine compares in place of calling
 * `live`. */
void engine_pool(struct engine *e, bool (*live)(const struct world *w, uint32_t a, uint32_t b),
                 const uint32_t *generations, size_t stride, uint32_t mask);

/* Fires everything up to and including until_ns, then sets the clock there; stops early,
 * clock where it is, when engine_stop was called. */
void engine_run(struct engine *e, int64_t until_ns);
void engine_stop(struct engine *e);
bool engine_stopped(const struct engine *e);

/* Called after every event, for the checks of a test or of the swarm. NULL: none. */
void engine_watch(struct engine *e, void (*after)(struct world *w, const struct event_type *type,
                                                  uint32_t a, uint32_t b));

uint64_t engine_event_count(const struct engine *e);   /* fired */
uint64_t engine_digest(const struct engine *e);        /* of every fired (time, name, a, b) */
uint32_t engine_pending_count(const struct engine *e); /* entries waiting, dead ones included */

#endif
