/* rolling.c - sums over the last while, in buckets of equal length. */
#include "traffic/rolling.h"

#include "base/arena.h"
#include "base/check.h"

#include <string.h>

#include "base/poison.h"

void rolling_open(struct rolling *r, struct arena *a, int64_t bucket_ns, uint32_t count)
{
    check(bucket_ns > 0 && count > 0 && count <= ROLLING_BUCKETS_MAX);
    *r = (struct rolling){ .bucket_ns = bucket_ns, .count = count };
    r->buckets = arena_alloc(a, count * sizeof *r->buckets);
}

void rolling_clear(struct rolling *r)
{
    memset(r->sums, 0, sizeof r->sums);
    memset(r->buckets, 0, r->count * sizeof *r->buckets);
}

static void bucket_drop(struct rolling *r, int64_t tick)
{
    int64_t *bucket = r->buckets[tick % r->count];
    for (uint32_t i = 0; i < ROLLING_SUMS; i++) {
        r->sums[i] -= bucket[i];
        bucket[i] = 0;
    }
}

void rolling_advance(struct rolling *r, int64_t now_ns)
{
    int64_t tick = now_ns / r->bucket_ns;
    check(tick >= r->tick);
    if (tick - r->tick >= r->count) {
        rolling_clear(r);
        r->tick = tick;
    }
    while (r->tick < tick)
        bucket_drop(r, ++r->tick); /* the new bucket's place is the oldest one's */
}

void rolling_add(struct rolling *r, int64_t now_ns, uint32_t sum, int64_t amount)
{
    rolling_advance(r, now_ns);
    r->sums[sum] += amount;
    r->buckets[r->tick % r->count][sum] += amount;
}
