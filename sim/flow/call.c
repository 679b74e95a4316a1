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

_Static_assert(offsetof(struct call, generation) % _Alignof(uint32_t) == 0, "read by the engine");

void *calls_beside(struct world *w, size_t size)
{
    return arena_reserve(w->arena, CALLS_MAX * size);
}

void calls_open(struct world *w)
{
    struct calls *p = w->calls = arena_alloc(w->arena, sizeof *w->calls);
    p->free = CALL_NONE;
    p->items = calls_beside(w, sizeof *p->items);
    engine_pool(w->engine, call_live, &p->items->generation, sizeof *p->items, CALLS_MAX - 1);
}

uint32_t call_make(struct world *w)
{
    struct calls *p = w->calls;
    check(p->count < CALLS_MAX);
    return p->count++;
}

void call_close(struct world *w, uint32_t id)
{
    check(call_get(w, id)->state != CALL_FREE);
    call_give(w, id);
}

bool call_live(const struct world *w, uint32_t id, uint32_t generation)
{
    return call_is_open(w, id & (CALLS_MAX - 1), generation);
}
