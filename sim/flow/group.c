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
    struct group *g = f->groups[f->group_count] = arena_alloc(w->arena, sizeof *g);
    *g = *group;
    g->ready = arena_alloc(w->arena, g->capacity * sizeof *g->ready);
    g->since_ns = arena_alloc(w->arena, g->capacity * sizeof *g->since_ns);
    g->left_ns = arena_alloc(w->arena, g->capacity * sizeof *g->left_ns);
    g->ready_count = 0;
    g->version = 1;
    return f->group_count++;
}

struct group *group_get(const struct world *w, uint32_t id)
{
    check(id < flow_of(w)->group_count);
    return flow_of(w)->groups[id];
}

uint32_t group_find(const struct world *w, const char *name)
{
    const struct flow *f = flow_of(w);
    for (uint32_t i = 0; i < f->group_count; i++)
        if (strcmp(f->groups[i]->name, name) == 0) return i;
    return GROUP_NONE;
}

static uint32_t place_of(const struct group *g, uint32_t backend)
{
    uint32_t at = 0;
    check(backend >= g->first && backend < g->first + g->capacity);
    while (at < g->ready_count && g->ready[at] < backend)
        at++;
    return at;
}

bool group_is_ready(const struct group *g, uint32_t backend)
{
    uint32_t at = place_of(g, backend);
    return at < g->ready_count && g->ready[at] == backend;
}

uint64_t group_address(const struct world *w, const struct group *g, uint32_t backend)
{
    return g->type->address ? g->type->address(w, backend) : 1;
}

void group_watch(struct world *w, uint32_t id, struct group_watcher *watcher)
{
    struct group *g = group_get(w, id);
    struct group_watcher **end = &g->watchers;
    while (*end)
        end = &(*end)->next;
    *end = watcher;
    watcher->next = NULL;
}

void group_ready(struct world *w, uint32_t id, uint32_t backend, bool ready)
{
    struct group *g = group_get(w, id);
    uint32_t at = place_of(g, backend);
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
        g->left_ns[backend - g->first] = now_ns(w);
    }
    g->version++;
    for (const struct group_watcher *one = g->watchers; one; one = one->next)
        one->told(w, one, backend);
}
