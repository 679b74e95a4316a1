/* listing.c - one slot a backend, so that a listing never names one twice. */
#include "traffic/listing.h"

#include "base/arena.h"
#include "base/check.h"

void listing_open(struct listing *l, struct world *w, const struct group *g)
{
    l->first = g->first;
    l->capacity = g->capacity;
    l->addresses = arena_alloc(w->arena, g->capacity * sizeof *l->addresses);
    l->view = *view_alloc(w, g->capacity);
    l->view.version = 1;
}

static void pack(struct listing *l)
{
    struct view *v = &l->view;
    v->count = 0;
    v->version++;
    for (uint32_t i = 0; i < l->capacity; i++) {
        if (!l->addresses[i]) continue;
        v->backends[v->count] = l->first + i;
        v->addresses[v->count++] = l->addresses[i];
    }
}

bool listing_put(struct listing *l, uint32_t backend, uint64_t address)
{
    check(backend - l->first < l->capacity);
    uint64_t *mine = &l->addresses[backend - l->first];
    if (*mine == address) return false;
    *mine = address;
    pack(l);
    return true;
}

void listing_fill(struct listing *l, const struct world *w, const struct group *g)
{
    for (uint32_t i = 0; i < l->capacity; i++)
        l->addresses[i] = 0;
    for (uint32_t i = 0; i < g->ready_count; i++)
        l->addresses[g->ready[i] - g->first] = group_address(w, g, g->ready[i]);
    pack(l);
}
