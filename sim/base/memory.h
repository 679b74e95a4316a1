/* memory.h - the only malloc of the project, counted. Used by base/ alone: rooms ask an arena. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t size);             /* zeroed; never NULL */
void *memory_resize(void *old, size_t size); /* what is new is not zeroed; never NULL */
void memory_free(void *memory);              /* NULL is fine */

/* Whole pages, zeroed, that the kernel moves instead of copying when they grow: a pool of
 * millions then never exists twice, and its untouched end costs nothing. For blocks of a
 * megabyte or more. */
void *memory_pages(size_t size);
void *memory_pages_resize(void *old, size_t old_size, size_t size);
/* So much address space, zeroed when touched: takes memory only then, and never moves. */
void *memory_reserve(size_t size);
void memory_pages_free(void *pages, size_t size);

#endif
