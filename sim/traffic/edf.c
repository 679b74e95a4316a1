/* edf.c - turns by weight: the earliest deadline first. */
#include "traffic/edf.h"

#include "base/check.h"

#include "base/poison.h"

static int before(const struct edf_entry *a, const struct edf_entry *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

static void sift_down(struct edf *e, struct edf_entry moving)
{
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < e->count; at = child) {
        if (child + 1 < e->count && before(&e->heap[child + 1], &e->heap[child])) child++;
        if (!before(&e->heap[child], &moving)) break;
        e->heap[at] = e->heap[child];
    }
    e->heap[at] = moving;
}

void edf_clear(struct edf *e)
{
    e->now = 0;
    e->order = 0;
    e->count = 0;
}

void edf_add(struct edf *e, uint32_t position, double weight)
{
    check(weight > 0);
    struct edf_entry added = { e->now + 1 / weight, e->order++, position };
    uint32_t at = e->count++;
    for (; at > 0 && before(&added, &e->heap[(at - 1) / 2]); at = (at - 1) / 2)
        e->heap[at] = e->heap[(at - 1) / 2];
    e->heap[at] = added;
}

void edf_again(struct edf *e, double weight)
{
    check(weight > 0 && e->count > 0);
    struct edf_entry again = e->heap[0];
    e->now = again.deadline;
    again.deadline += 1 / weight;
    again.order = e->order++;
    sift_down(e, again);
}
