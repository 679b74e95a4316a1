/* queue_heap.c - the 4-ary heap, faster than anything below about 64 pending events.
 *
 * Invariant: items[0..count) is a 4-ary min-heap on time, except that items[0] is garbage
 * while `hole` is set. */
#include "engine/queue.h"

#include "base/arena.h"

void entries_add(struct entries *e, struct arena *a, struct entry x)
{
    if (e->count == e->capacity) {
        uint32_t wider = e->capacity ? 2 * e->capacity : 64;
        e->items = arena_grow(a, e->items, e->capacity * sizeof x, wider * sizeof x);
        e->capacity = wider;
    }
    e->items[e->count++] = x;
}

static void sift_down(struct entry *items, uint32_t count, struct entry x)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 4 * at + 1;
        if (child >= count) break;
        uint32_t end = child + 4 < count ? child + 4 : count, best = child;
        for (uint32_t i = child + 1; i < end; i++)
            if (items[i].time_ns < items[best].time_ns) best = i;
        if (items[best].time_ns >= x.time_ns) break;
        items[at] = items[best];
        at = best;
    }
    items[at] = x;
}

static void fill_hole(struct heap_queue *q)
{
    q->hole = false;
    struct entry last = q->entries.items[--q->entries.count];
    if (q->entries.count > 0) sift_down(q->entries.items, q->entries.count, last);
}

void heap_queue_push(struct heap_queue *q, struct arena *a, struct entry x)
{
    if (q->hole) {
        q->hole = false;
        sift_down(q->entries.items, q->entries.count, x);
        return;
    }
    entries_add(&q->entries, a, x);
    struct entry *items = q->entries.items;
    uint32_t at = q->entries.count - 1;
    while (at > 0 && items[(at - 1) / 4].time_ns > x.time_ns) {
        items[at] = items[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    items[at] = x;
}

bool heap_queue_pop(struct heap_queue *q, int64_t until_ns, struct entry *out)
{
    if (q->hole) fill_hole(q);
    if (q->entries.count == 0 || q->entries.items[0].time_ns > until_ns) return false;
    *out = q->entries.items[0];
    q->hole = true;
    return true;
}
