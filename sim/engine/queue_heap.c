/* queue_heap.c - the 4-ary heap: the reference that the working queue is tested against.
 *
 * Invariant: items[0..count) is a 4-ary min-heap on the key. */
#include "engine/queue.h"

#include "base/arena.h"

void waiters_grow(struct waiters *e, struct arena *a)
{
    uint32_t wider = e->capacity ? 2 * e->capacity : 64;
    e->items = arena_grow(a, e->items, e->capacity * sizeof *e->items, wider * sizeof *e->items);
    e->capacity = wider;
}

void heap_queue_push(struct heap_queue *q, struct arena *a, const struct waiter *x)
{
    waiters_add(&q->heap, a, x);
    struct waiter *items = q->heap.items;
    uint32_t at = q->heap.count - 1;
    for (; at > 0 && items[(at - 1) / 4].key > x->key; at = (at - 1) / 4)
        items[at] = items[(at - 1) / 4];
    items[at] = *x;
}

static void sift_down(struct waiter *items, uint32_t count, struct waiter x)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 4 * at + 1;
        if (child >= count) break;
        uint32_t end = child + 4 < count ? child + 4 : count, best = child;
        for (uint32_t i = child + 1; i < end; i++)
            if (items[i].key < items[best].key) best = i;
        if (items[best].key >= x.key) break;
        items[at] = items[best];
        at = best;
    }
    items[at] = x;
}

bool heap_queue_pop(struct heap_queue *q, uint64_t until, struct waiter *out)
{
    struct waiters *heap = &q->heap;
    if (heap->count == 0 || heap->items[0].key > until) return false;
    *out = heap->items[0];
    struct waiter last = heap->items[--heap->count];
    if (heap->count > 0) sift_down(heap->items, heap->count, last);
    return true;
}
