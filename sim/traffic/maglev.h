/* maglev.h - Google's lookup table of consistent hashing: even shares, little movement.
 *
 * Eisenbud et al., Maglev (NSDI 2016), 3.4; weights as in Envoy. Pure: the same backends always give
 * the same table. */
#ifndef TRAFFIC_MAGLEV_H
#define TRAFFIC_MAGLEV_H

#include "orrery/balancer.h"

#define MAGLEV_ENTRIES_MAX 65537   /* the paper's small table, and Envoy's */
#define MAGLEV_BACKENDS_MAX 10000

struct maglev {
    uint32_t version;     /* of the backends it was made from; 0: none yet */
    uint32_t entry_count; /* prime */
    uint32_t entries[MAGLEV_ENTRIES_MAX]; /* positions among the backends */
    struct {
        uint32_t offset, skip, next;
        uint64_t target;
    } turns[MAGLEV_BACKENDS_MAX]; /* while it is made */
};

/* 1 <= n <= MAGLEV_BACKENDS_MAX, n <= entry_count, weights >= 1. */
void maglev_make(struct maglev *m, uint32_t entry_count, const struct backend *backends, uint32_t n);

#endif
