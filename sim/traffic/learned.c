/* learned.c - a quantile of what has been seen lately.
 *
 * As Finagle's BackupRequestFilter keeps a windowed histogram of latencies to hedge by. */
#include "traffic/learned.h"

#include "base/arena.h"

#include <string.h>

#include "base/poison.h"

static uint32_t bucket_of(int64_t value_ns)
{
    uint64_t v = (uint64_t)value_ns, least = UINT64_C(1) << LEARNED_OCTAVE_FIRST;
    if (value_ns < (int64_t)least) return 0;
    uint32_t octave = (uint32_t)(63 - __builtin_clzll(v));
    uint32_t step = (uint32_t)(v >> (octave - 4)) & (LEARNED_STEPS - 1);
    uint32_t bucket = (octave - LEARNED_OCTAVE_FIRST) * LEARNED_STEPS + step;
    return bucket < LEARNED_BUCKETS ? bucket : LEARNED_BUCKETS - 1;
}

static double bucket_low(uint32_t bucket)
{
    uint32_t octave = LEARNED_OCTAVE_FIRST + bucket / LEARNED_STEPS;
    uint64_t step = UINT64_C(1) << (octave - 4);
    return (double)((LEARNED_STEPS + bucket % LEARNED_STEPS) * step);
}

static int64_t quantile_of(const struct learned *l, double q)
{
    double wanted = q * l->count, seen = 0;
    uint32_t bucket = 0;
    while (bucket < LEARNED_BUCKETS - 1 && seen + l->buckets[bucket] < wanted)
        seen += l->buckets[bucket++];
    double share = l->buckets[bucket] ? (wanted - seen) / l->buckets[bucket] : 0;
    double low = bucket_low(bucket);
    return (int64_t)(low + share * (bucket_low(bucket + 1) - low));
}

void learned_add(struct learned *l, const struct learned_rule *rule, struct arena *a, int64_t now_ns,
                 int64_t value_ns)
{
    if (!l->buckets) l->buckets = arena_alloc(a, LEARNED_BUCKETS * sizeof *l->buckets);
    int64_t tick = now_ns / rule->window_ns;
    if (tick != l->tick && l->count >= rule->minimum) {
        l->value_ns = quantile_of(l, rule->quantile);
        l->complete = true;
        l->count = 0;
        memset(l->buckets, 0, LEARNED_BUCKETS * sizeof *l->buckets);
    }
    l->tick = tick;
    l->buckets[bucket_of(value_ns)]++;
    l->count++;
    if (!l->complete && l->count % rule->minimum == 0) l->value_ns = quantile_of(l, rule->quantile);
}
