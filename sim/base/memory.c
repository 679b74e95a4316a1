/* memory.c - malloc that counts, and that ends the process with a message instead of returning
 * NULL.
 *
 * The count only ever grows, so a test may take it before and after a run and compare. */
#include "base/memory.h"

#include "base/arena.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* The one shared counter: threads run replications side by side. Nothing simulated reads it. */
static _Atomic uint64_t allocation_count;

uint64_t memory_allocation_count(void)
{
    return atomic_load_explicit(&allocation_count, memory_order_relaxed);
}

static void *memory_counted(void *memory, size_t size)
{
    if (memory == NULL) {
        fprintf(stderr, "orrery: out of memory: could not get %zu bytes\n", size);
        exit(3); /* the code of an internal error: the scenario is not at fault */
    }
    atomic_fetch_add_explicit(&allocation_count, 1, memory_order_relaxed);
    return memory;
}

void *memory_alloc(size_t size)
{
    return memory_counted(calloc(1, size > 0 ? size : 1), size);
}

void *memory_resize(void *old, size_t size)
{
    return memory_counted(realloc(old, size > 0 ? size : 1), size);
}

void memory_free(void *memory)
{
    free(memory);
}

static void *pages_counted(void *pages, size_t size)
{
    return memory_counted(pages == MAP_FAILED ? NULL : pages, size);
}

void *memory_pages(size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    return pages_counted(mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0), size);
}

void *memory_reserve(size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (pages == MAP_FAILED)
        fprintf(stderr, "orrery: each run reserves 2 GiB of address space (not memory): see ulimit -v, "
                        "and vm.overcommit_memory, which must not be 2\n");
    return pages_counted(pages, size);
}

void *memory_pages_resize(void *old, size_t old_size, size_t size)
{
    return pages_counted(mremap(old, old_size, size, MREMAP_MAYMOVE), size);
}

void memory_pages_free(void *pages, size_t size)
{
    munmap(pages, size);
}
