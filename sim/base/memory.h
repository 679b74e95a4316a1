/* memory.h - the only malloc of the project, counted. Used by base/ alone: rooms ask an arena. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t size);             /* zeroed; never NULL */
void *memory_resize(void *old, size_t size); /* what is new is not zeroed; never NULL */
void memory_free(void *memory);              /* NULL is fine */

#endif
