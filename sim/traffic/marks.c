/* marks.c - one number a filter notes about each call on its route, by the call's id. */
#include "traffic/marks.h"

#include "base/arena.h"
#include "base/check.h"

#include "base/poison.h"

#define MARKS_FIRST 256 /* doubled as needed, like the pool of calls */

void *marks_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)spec, (void)route, (void)index;
    return arena_alloc(w->arena, sizeof(struct marks));
}

static void marks_grow(struct marks *m, struct world *w, uint32_t call)
{
    uint32_t wider = m->count ? m->count : MARKS_FIRST;
    while (wider <= call)
        wider *= 2;
    m->items =
        arena_grow(w->arena, m->items, m->count * sizeof *m->items, wider * sizeof *m->items);
    m->count = wider;
}

void marks_set(struct marks *m, struct world *w, uint32_t call, int64_t value)
{
    if (call >= m->count) marks_grow(m, w, call);
    m->items[call] = value;
}

int64_t marks_get(const struct marks *m, uint32_t call)
{
    check(call < m->count);
    return m->items[call];
}

void marks_on_moved(const struct filter_site *site, struct world *w, uint32_t call, uint32_t old)
{
    marks_set(site->shared, w, call, marks_get(site->shared, old));
}
