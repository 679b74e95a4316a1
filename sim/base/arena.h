/* arena.h - memory by lifetime: scenario, run, event.
 *
 * Everything is asked of an arena and given back all at once when the arena closes; `free`
 * appears in base/ and nowhere else. Out of memory ends the process with a message. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct arena *arena_open(void);
void arena_close(struct arena *a); /* NULL is fine */
void *arena_alloc(struct arena *a, size_t size); /* zeroed, 16-byte aligned; size 0 is fine */
char *arena_text(struct arena *a, const char *text);
char *arena_text_n(struct arena *a, const char *text, size_t length);
__attribute__((format(printf, 2, 3))) char *arena_format(struct arena *a, const char *format, ...);
/* Grows in place when last, else copies; old memory is zero-extended. For pools that grow. */
void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size);
/* Room for a pool that never moves, however far it grows: address space only, until it is touched.
 * Not counted by arena_bytes. */
void *arena_reserve(struct arena *a, size_t size);
size_t arena_bytes(const struct arena *a);
/* Cleanup for things that are not memory (a file, a Lua state): run in reverse order at close. */
void arena_defer(struct arena *a, void (*close)(void *), void *thing);

/* Process-wide count of mallocs made by arenas and base/: the zero-allocation test reads it. */
uint64_t memory_allocation_count(void);

#endif
