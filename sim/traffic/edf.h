/* edf.h - turns by weight: the earliest deadline first.
 *
 * Each has a deadline 1/weight after its last turn; whoever's is earliest goes next, equals in the
 * order of their last turn. As Envoy's weighted round robin: smooth, and weights may change from
 * turn to turn. A heap in memory of the caller. */
#ifndef TRAFFIC_EDF_H
#define TRAFFIC_EDF_H

#include <stdint.h>

struct edf_entry {
    double deadline;
    uint64_t order;
    uint32_t position;
};

struct edf {
    double now; /* the deadline of the latest turn */
    uint64_t order;
    uint32_t count;
    struct edf_entry heap[]; /* the earliest first */
};

void edf_clear(struct edf *e);
void edf_add(struct edf *e, uint32_t position, double weight); /* weight > 0 */
/* Whose turn it is; follow it with edf_again. count >= 1. */
static inline uint32_t edf_next(const struct edf *e)
{
    return e->heap[0].position;
}
/* Its turn is over; the next is 1/weight from its deadline. */
void edf_again(struct edf *e, double weight);

#endif
