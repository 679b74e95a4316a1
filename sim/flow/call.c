/* call.c - the pool of calls, and the family tree of those that make others.
 *
 * Invariant: opened = closed + in flight. A call's generation changes when it closes, so a handle
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

static void calls_grow(struct world *w)
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

uint32_t calls_take(struct world *w)
{
    struct calls *p = w->calls;
    uint32_t id = p->free;
    if (id != CALL_NONE) {
        p->free = p->items[id].next;
    } else {
        if (p->count == p->capacity) calls_grow(w);
        id = p->count++;
    }
    p->opened++;
    if (++p->in_flight > p->peak) p->peak = p->in_flight;
    return id;
}

void call_close(struct world *w, uint32_t id)
{
    struct calls *p = w->calls;
    struct call *c = &p->items[id];
    check(c->state != CALL_FREE);
    c->generation++;
    c->state = CALL_FREE;
    c->next = p->free;
    p->free = id;
    p->closed++;
    p->in_flight--;
}

bool call_live(const struct world *w, uint32_t id, uint32_t generation)
{
    return call_is_open(w, id, generation);
}

void call_link(struct world *w, uint32_t parent, uint32_t child)
{
    struct call_side *p = call_side(w, parent), *c = call_side(w, child);
    c->previous = CALL_NONE;
    c->sibling = p->child;
    if (p->child != CALL_NONE) call_side(w, p->child)->previous = child;
    p->child = child;
}

void call_unlink(struct world *w, uint32_t parent, uint32_t child)
{
    struct call_side *p = call_side(w, parent), *c = call_side(w, child);
    if (c->previous == CALL_NONE)
        p->child = c->sibling;
    else
        call_side(w, c->previous)->sibling = c->sibling;
    if (c->sibling != CALL_NONE) call_side(w, c->sibling)->previous = c->previous;
}
