/* call.c - the pool of calls, and the family tree of those that make others.
 *
 * Invariant: in_flight items are not free. A call's generation changes when it closes, so a handle
 * (id, generation) held by a timer or a queue entry dies with it. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

const char *const outcome_names[OUTCOME_COUNT] = {
    "ok",      "error",   "timeout",   "unavailable", "overloaded",
    "crashed", "expired", "abandoned", "rejected",
};

#define CALLS_FIRST 256 /* doubled as needed: 28 KB to begin with */

void calls_open(struct world *w)
{
    w->calls = arena_alloc(w->arena, sizeof *w->calls);
    w->calls->free = CALL_NONE;
}

void calls_grow(struct world *w)
{
    struct calls *p = w->calls;
    uint32_t wider = p->capacity ? 2 * p->capacity : CALLS_FIRST;
    check(wider <= CALLS_MAX);
    p->items = arena_grow(w->arena, p->items, p->capacity * sizeof *p->items,
                          wider * sizeof *p->items);
    p->sides = arena_grow(w->arena, p->sides, p->capacity * sizeof *p->sides,
                          wider * sizeof *p->sides);
    p->capacity = wider;
}

void call_close(struct world *w, uint32_t id)
{
    check(call_get(w, id)->state != CALL_FREE);
    call_give(w, id);
}

bool call_live(const struct world *w, uint32_t id, uint32_t generation)
{
    return call_is_open(w, id, generation);
}
