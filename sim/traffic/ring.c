/* ring.c - a ring of hashes: each backend stands at many places.
 *
 * Invariant: entries ascend by (hash, id), a total order, so that no sort can be seen. */
#include "traffic/ring.h"

#include "base/check.h"

#include "base/poison.h"

#define RING_PURPOSE UINT64_C(0x72696e6768617368)

static bool before(const struct ring_entry *a, const struct ring_entry *b)
{
    return a->hash != b->hash ? a->hash < b->hash : a->id < b->id;
}

static void sift_down(struct ring_entry *heap, uint32_t at, uint32_t count)
{
    struct ring_entry moving = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(&heap[child], &heap[child + 1])) child++;
        if (!before(&moving, &heap[child])) break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

static void entries_sort(struct ring_entry *entries, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;)
        sift_down(entries, i, count);
    for (uint32_t last = count; last-- > 1;) {
        struct ring_entry greatest = entries[0];
        entries[0] = entries[last];
        entries[last] = greatest;
        sift_down(entries, 0, last);
    }
}

static void slices_cut(struct ring *r)
{
    uint32_t at = 0;
    r->slice_bits = 1;
    while (r->slice_bits < 16 && 1u << r->slice_bits < r->count)
        r->slice_bits++;
    for (uint32_t slice = 0; slice < 1u << r->slice_bits; slice++) {
        while (at < r->count && r->entries[at].hash >> (64 - r->slice_bits) < slice)
            at++;
        r->slices[slice] = at;
    }
}

void ring_make(struct ring *r, uint32_t entry_count_min, const struct backend *backends, uint32_t n)
{
    check(n > 0 && n + entry_count_min <= RING_ENTRIES_MAX);
    uint64_t total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += backends[i].weight;
    r->count = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t key = key_child(RING_PURPOSE, backends[i].id);
        uint64_t places = (entry_count_min * (uint64_t)backends[i].weight + total - 1) / total;
        for (uint64_t k = 0; k < places; k++)
            r->entries[r->count++] = (struct ring_entry){ key_child(key, k), backends[i].id, i };
    }
    entries_sort(r->entries, r->count);
    slices_cut(r);
}

uint32_t ring_find(const struct ring *r, uint64_t hash)
{
    uint32_t at = r->slices[hash >> (64 - r->slice_bits)];
    while (at < r->count && r->entries[at].hash < hash) /* seldom more than once */
        at++;
    return r->entries[at < r->count ? at : 0].position;
}
