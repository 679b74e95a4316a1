/* rolling.h - sums over the last while, in buckets of equal length.
 *
 * The window is the current bucket and the ones before it: as in Hystrix, resilience4j and Finagle,
 * a bucket leaves whole. Always: a sum equals what its buckets hold. */
#ifndef TRAFFIC_ROLLING_H
#define TRAFFIC_ROLLING_H

#include <stdint.h>

struct arena;

#define ROLLING_SUMS 3           /* per bucket */
#define ROLLING_BUCKETS_MAX 3600 /* an hour of seconds */

struct rolling {
    int64_t bucket_ns, tick; /* the number of the current bucket since time 0 */
    uint32_t count;
    int64_t sums[ROLLING_SUMS];
    int64_t (*buckets)[ROLLING_SUMS]; /* by tick modulo count */
};

void rolling_open(struct rolling *r, struct arena *a, int64_t bucket_ns, uint32_t count);
void rolling_clear(struct rolling *r);
/* Lets go of what is too old; before reading r->sums. */
void rolling_advance(struct rolling *r, int64_t now_ns);
void rolling_add(struct rolling *r, int64_t now_ns, uint32_t sum, int64_t amount);

#endif
