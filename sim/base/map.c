/* map.c - text to uint32, kept in insertion order.
 *
 * Entries lie in an array in the order they came; `slots` is an open-addressed index into it, a
 * power of two and never more than half full. Nothing outside ever sees the order of slots. */
#include "base/map.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

struct map_text_entry {
    const char *key;
    uint64_t hash;
    uint32_t value;
};

struct map_text {
    struct arena *arena;
    struct map_text_entry *entries;
    uint32_t *slots; /* entry index + 1; 0 is free */
    uint32_t count, capacity, slot_count;
};

#define CAPACITY_FIRST 8

static uint64_t key_hash(const char *key)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a: the keys are names, short and few */
    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return h ^ (h >> 29);
}

struct map_text *map_open(struct arena *a)
{
    struct map_text *m = arena_alloc(a, sizeof *m);
    m->arena = a;
    return m;
}

/* The slot that holds the key, or the free slot where it belongs. */
static uint32_t *slot_of(const struct map_text *m, const char *key, uint64_t hash)
{
    uint32_t mask = m->slot_count - 1;
    uint32_t i = (uint32_t)hash & mask;
    for (; m->slots[i] != 0; i = (i + 1) & mask) {
        const struct map_text_entry *e = &m->entries[m->slots[i] - 1];
        if (e->hash == hash && strcmp(e->key, key) == 0) break;
    }
    return &m->slots[i];
}

static void map_widen(struct map_text *m)
{
    uint32_t capacity = m->capacity > 0 ? 2 * m->capacity : CAPACITY_FIRST;
    check(capacity <= UINT32_MAX / 4);
    m->entries = arena_grow(m->arena, m->entries, m->capacity * sizeof *m->entries,
                            capacity * sizeof *m->entries);
    m->capacity = capacity;
    m->slot_count = 2 * capacity;
    m->slots = arena_alloc(m->arena, m->slot_count * sizeof *m->slots);
    for (uint32_t i = 0; i < m->count; i++)
        *slot_of(m, m->entries[i].key, m->entries[i].hash) = i + 1;
}

void map_put(struct map_text *m, const char *key, uint32_t value)
{
    if (m->count == m->capacity) map_widen(m);
    uint64_t hash = key_hash(key);
    uint32_t *slot = slot_of(m, key, hash);
    if (*slot == 0) {
        m->entries[m->count] = (struct map_text_entry){ arena_text(m->arena, key), hash, value };
        *slot = ++m->count;
    }
    m->entries[*slot - 1].value = value;
}

uint32_t map_get(const struct map_text *m, const char *key)
{
    if (m->count == 0) return MAP_NONE;
    uint32_t slot = *slot_of(m, key, key_hash(key));
    return slot == 0 ? MAP_NONE : m->entries[slot - 1].value;
}

uint32_t map_count(const struct map_text *m)
{
    return m->count;
}

const char *map_key(const struct map_text *m, uint32_t index)
{
    check(index < m->count);
    return m->entries[index].key;
}

uint32_t map_value(const struct map_text *m, uint32_t index)
{
    check(index < m->count);
    return m->entries[index].value;
}
