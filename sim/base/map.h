/* map.h - text to uint32, kept in insertion order: iterating never shows a hash. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct map_text;
#define MAP_NONE UINT32_MAX

struct map_text *map_open(struct arena *a);
/* Adds or replaces; the key is copied. */
void map_put(struct map_text *m, const char *key, uint32_t value);
uint32_t map_get(const struct map_text *m, const char *key); /* MAP_NONE when absent */
uint32_t map_count(const struct map_text *m);
const char *map_key(const struct map_text *m, uint32_t index); /* by insertion order */
uint32_t map_value(const struct map_text *m, uint32_t index);

#endif
