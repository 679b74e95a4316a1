/* ring.h - a ring of hashes: each backend stands at many places, and owns the stretch before each.
 *
 * As Envoy's ring hash and ketama. Pure: the same backends always give the same ring. */
#ifndef TRAFFIC_RING_H
#define TRAFFIC_RING_H

#include "orrery/balancer.h"

#define RING_ENTRIES_MAX 65536
#define RING_SLICES_MAX 65536
#define RING_BACKENDS_MAX 32768 /* rounding up may cost each one entry */

struct ring_entry {
    uint64_t hash;
    uint32_t id, position; /* of the backend, among the backends */
};

struct ring {
    uint32_t version; /* of the backends it was made from; 0: none yet */
    uint32_t count;
    uint32_t slice_bits; /* the ring is cut into 2^slice_bits slices, about one an entry */
    struct ring_entry entries[RING_ENTRIES_MAX]; /* by hash, then id */
    uint32_t slices[RING_SLICES_MAX]; /* the first entry at or past the beginning of each */
};

/* At least entry_count_min entries, shared by weight; at least one for each backend. n +
 * entry_count_min <= RING_ENTRIES_MAX. */
void ring_make(struct ring *r, uint32_t entry_count_min, const struct backend *backends,
               uint32_t n);
/* The position of the backend that owns this hash. */
uint32_t ring_find(const struct ring *r, uint64_t hash);

#endif
