/* group.c - the groups of backends that callers choose from, and their names.
 *
 * Invariant: `ready` is ascending and without repeats; `version` changes whenever it does. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

uint32_t group_open(struct world *w, const struct group *group)
{
    struct flow *f = flow_of(w);
    size_t bytes = f->group_count * sizeof *f->groups;
    f->groups = arena_grow(w->arena, f->groups, bytes, bytes + sizeof *f->groups);
    struct group *g = &f->groups[f->group_count];
    *g = *group;
    g->ready = arena_alloc(w->arena, g->capacity * sizeof *g->ready);
    g->since_ns = arena_alloc(w->arena, g->capacity * sizeof *g->since_ns);
    g->ready_count = 0;
    g->version = 1;
    return f->group_count++;
}

struct group *group_get(const struct world *w, uint32_t id)
{
    check(id < flow_of(w)->group_count);
    return &flow_of(w)->groups[id];
}

uint32_t group_find(const struct world *w, const char *name)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->group_count; i++)
        if (strcmp(f->groups[i].name, name) == 0) return i;
    return GROUP_NONE;
}

void group_ready(struct world *w, uint32_t id, uint32_t backend, bool ready)
{
    struct group *g = group_get(w, id);
    check(backend >= g->first && backend < g->first + g->capacity);
    uint32_t at = 0;
    while (at < g->ready_count && g->ready[at] < backend)
        at++;
    bool present = at < g->ready_count && g->ready[at] == backend;
    if (present == ready) return;
    uint32_t *here = &g->ready[at], tail = g->ready_count - at;
    if (ready) {
        memmove(here + 1, here, tail * sizeof *here);
        *here = backend;
        g->ready_count++;
        g->since_ns[backend - g->first] = now_ns(w);
    } else {
        memmove(here, here + 1, (tail - 1) * sizeof *here);
        g->ready_count--;
    }
    g->version++;
}
