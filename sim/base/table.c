/* table.c - numbers by number: linear probing, and removal by moving back what follows. */
#include "base/table.h"

#include "base/arena.h"

#include <string.h>

#define TABLE_FIRST 16

/* Murmur3's finalizer: keys that differ little land far apart. */
static uint32_t home_of(const struct table *t, uint64_t key)
{
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    return (uint32_t)key & (t->capacity - 1);
}

/* Where the key is, or where it would be put. */
static struct slot *place(const struct table *t, uint64_t key)
{
    uint32_t at = home_of(t, key);
    while (t->slots[at].used && t->slots[at].key != key)
        at = (at + 1) & (t->capacity - 1);
    return &t->slots[at];
}

uint64_t *table_get(const struct table *t, uint64_t key)
{
    if (t->count == 0) return NULL;
    struct slot *s = place(t, key);
    return s->used ? &s->value : NULL;
}

static void widen(struct table *t, struct arena *a)
{
    struct table wider = { .capacity = t->capacity ? 2 * t->capacity : TABLE_FIRST };
    wider.slots = arena_alloc(a, wider.capacity * sizeof *wider.slots);
    for (uint32_t i = 0; i < t->capacity; i++)
        if (t->slots[i].used) *place(&wider, t->slots[i].key) = t->slots[i];
    wider.count = t->count;
    *t = wider;
}

void table_put(struct table *t, struct arena *a, uint64_t key, uint64_t value)
{
    if (2 * (t->count + 1) > t->capacity) widen(t, a);
    struct slot *s = place(t, key);
    t->count += !s->used;
    *s = (struct slot){ key, value, true };
}

void table_remove(struct table *t, uint64_t key)
{
    if (t->count == 0) return;
    uint32_t mask = t->capacity - 1, hole = (uint32_t)(place(t, key) - t->slots);
    if (!t->slots[hole].used) return;
    for (uint32_t at = (hole + 1) & mask; t->slots[at].used; at = (at + 1) & mask) {
        uint32_t home = home_of(t, t->slots[at].key);
        if (((at - home) & mask) < ((at - hole) & mask)) continue; /* the hole is before its home */
        t->slots[hole] = t->slots[at];
        hole = at;
    }
    t->slots[hole].used = false;
    t->count--;
}

void table_clear(struct table *t)
{
    if (t->count > 0) memset(t->slots, 0, t->capacity * sizeof *t->slots);
    t->count = 0;
}
