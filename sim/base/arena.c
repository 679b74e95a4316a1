/* arena.c - memory by lifetime: many small pieces cut from few blocks, all given back at once.
 *
 * Small pieces are cut in order from the newest shared block, so the last piece can grow where it
 * lies. A piece of LARGE_BYTES or more has a block of its own: when a pool doubles, its old block
 * is freed at once instead of lingering until the arena closes. Blocks come zeroed and are never
 * reused, so what arena_alloc returns is always zero. */
#include "base/arena.h"

#include "base/check.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ALIGN_BYTES ((size_t)16)
#define SHARED_BYTES ((size_t)64 << 10)
#define LARGE_BYTES ((size_t)32 << 10)
/* A block of this many bytes is mapped: growing it moves pages and copies nothing. Pools of calls
 * and events double from there on; 1e6 calls in flight peaked at 187 MB with copying, see bench. */
#define MAPPED_BYTES ((size_t)1 << 20)
#define REQUEST_BYTES_MAX ((size_t)1 << 46)

struct block {
    struct block *older, *newer;
    size_t size, used; /* of what follows this header */
};
_Static_assert(sizeof(struct block) % 16 == 0, "pieces after the header stay 16-byte aligned");

struct closer {
    struct closer *older;
    void (*close)(void *);
    void *thing;
};

struct arena {
    struct block *newest;   /* every block, for closing */
    struct block *shared;   /* where small pieces are cut; NULL before the first */
    struct closer *closers; /* newest first: the order in which they run */
    size_t bytes;
};

struct arena *arena_open(void)
{
    return memory_alloc(sizeof(struct arena));
}

static size_t block_bytes(size_t size)
{
    return sizeof(struct block) + size;
}

static void block_free(struct block *b)
{
    if (b->size >= MAPPED_BYTES)
        memory_pages_free(b, block_bytes(b->size));
    else
        memory_free(b);
}

void arena_close(struct arena *a)
{
    if (a == NULL) return;
    for (struct closer *c = a->closers; c != NULL; c = c->older)
        c->close(c->thing);
    for (struct block *b = a->newest, *older; b != NULL; b = older) {
        older = b->older;
        block_free(b);
    }
    memory_free(a);
}

static char *block_data(struct block *b)
{
    return (char *)(b + 1);
}

static struct block *block_open(struct arena *a, size_t size)
{
    size_t bytes = block_bytes(size);
    struct block *b = size >= MAPPED_BYTES ? memory_pages(bytes) : memory_alloc(bytes);
    b->size = size;
    b->older = a->newest;
    if (a->newest != NULL) a->newest->newer = b;
    a->newest = b;
    a->bytes += size;
    return b;
}

static void block_close(struct arena *a, struct block *b)
{
    if (b->newer != NULL) b->newer->older = b->older;
    if (b->older != NULL) b->older->newer = b->newer;
    if (a->newest == b) a->newest = b->older;
    a->bytes -= b->size;
    block_free(b);
}

/* A mapped block with more room; its neighbours in the list learn where it went. */
static struct block *block_grow(struct arena *a, struct block *old, size_t size)
{
    size_t before = old->size;
    bool newest = a->newest == old;
    struct block *b = memory_pages_resize(old, block_bytes(before), block_bytes(size));
    b->size = b->used = size;
    if (b->newer != NULL) b->newer->older = b;
    if (b->older != NULL) b->older->newer = b;
    if (newest) a->newest = b;
    a->bytes += size - before;
    return b;
}

static size_t size_aligned(size_t size)
{
    check(size <= REQUEST_BYTES_MAX);
    return (size + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size = size_aligned(size > 0 ? size : 1);
    if (size >= LARGE_BYTES) {
        struct block *own = block_open(a, size);
        own->used = size;
        return block_data(own);
    }
    if (a->shared == NULL || a->shared->size - a->shared->used < size)
        a->shared = block_open(a, SHARED_BYTES);
    void *piece = block_data(a->shared) + a->shared->used;
    a->shared->used += size;
    return piece;
}

/* True when the piece was the last one cut and has been grown where it lies. */
static bool grow_in_place(struct arena *a, char *old, size_t old_size, size_t new_size)
{
    struct block *b = a->shared;
    if (b == NULL || old_size >= LARGE_BYTES || new_size >= LARGE_BYTES) return false;
    if (old + old_size != block_data(b) + b->used) return false;
    if (b->size - b->used < new_size - old_size) return false;
    b->used += new_size - old_size;
    return true;
}

void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size)
{
    if (old == NULL) return arena_alloc(a, new_size);
    check(new_size >= old_size);
    size_t old_cut = size_aligned(old_size > 0 ? old_size : 1);
    size_t new_cut = size_aligned(new_size > 0 ? new_size : 1);
    if (new_cut == old_cut || grow_in_place(a, old, old_cut, new_cut)) return old;
    if (old_cut >= MAPPED_BYTES) return block_data(block_grow(a, (struct block *)old - 1, new_cut));
    void *piece = arena_alloc(a, new_size);
    memcpy(piece, old, old_size);
    if (old_cut >= LARGE_BYTES) block_close(a, (struct block *)old - 1);
    return piece;
}

char *arena_text_n(struct arena *a, const char *text, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    if (length > 0) memcpy(copy, text, length);
    return copy;
}

char *arena_text(struct arena *a, const char *text)
{
    return arena_text_n(a, text, strlen(text));
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    check(length >= 0);
    char *text = arena_alloc(a, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_bytes(const struct arena *a)
{
    return a->bytes;
}

void arena_defer(struct arena *a, void (*close)(void *), void *thing)
{
    struct closer *c = arena_alloc(a, sizeof *c);
    *c = (struct closer){ a->closers, close, thing };
    a->closers = c;
}

struct reserved {
    void *pages;
    size_t size;
};

static void reserved_free(void *thing)
{
    const struct reserved *r = thing;
    memory_pages_free(r->pages, r->size);
}

void *arena_reserve(struct arena *a, size_t size)
{
    struct reserved *r = arena_alloc(a, sizeof *r);
    *r = (struct reserved){ memory_reserve(size), size };
    arena_defer(a, reserved_free, r);
    return r->pages;
}
