/* table.h - numbers by number: open addressing, nothing allocated once it is wide enough.
 *
 * Its order is nobody's business: it is asked, never listed. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* Zeroed when opened. */
struct table {
    struct slot {
        uint64_t key, value;
        bool used;
    } *slots;
    uint32_t capacity, count; /* capacity: 0 or a power of two, at least twice count */
};

/* NULL when there is none; valid until the next put or remove. */
uint64_t *table_get(const struct table *t, uint64_t key);
/* Puts or replaces. */
void table_put(struct table *t, struct arena *a, uint64_t key, uint64_t value);
void table_remove(struct table *t, uint64_t key); /* also when it is not there */
void table_clear(struct table *t);

#endif
