/* backoff.c - back-off that grows in three ways, with the four usual jitters.
 *
 * Seeding every call's jitter alike would keep a storm in step; the key is the call's own. */
#include "traffic/backoff.h"

#include "orrery/rng.h"

/* Keeps these draws apart from all others keyed by the call. */
#define JITTER_PURPOSE UINT64_C(0x6a69747465720000)

static double jitter_uniform(uint64_t key, uint32_t attempt)
{
    struct rng r = rng_keyed(key_child(key ^ JITTER_PURPOSE, attempt));
    return rng_uniform(&r);
}

/* base * multiplier^attempt, at most max. Stops at the cap: no overflow, few rounds. */
static double exponential(double base, double max, double multiplier, uint32_t attempt)
{
    double v = base;
    if (multiplier <= 1) return v;
    for (uint32_t i = 0; i < attempt && v < max; i++)
        v *= multiplier;
    return v;
}

static double ceiling(const struct backoff *b, uint32_t attempt)
{
    double base = (double)b->base_ns, max = (double)b->max_ns, v;
    if (b->growth == GROWTH_LINEAR)
        v = base * (attempt + 1.0);
    else if (b->growth == GROWTH_ENVOY)
        v = exponential(base, max + base, 2, attempt + 1) - base;
    else
        v = exponential(base, max, b->multiplier, attempt);
    return v < max ? v : max;
}

/* Each wait is uniform between the base and three times the wait before. */
static double decorrelated(const struct backoff *b, uint64_t key, uint32_t attempt)
{
    double base = (double)b->base_ns, max = (double)b->max_ns, v = base;
    for (uint32_t i = 0; i <= attempt; i++) {
        v = base + (3 * v - base) * jitter_uniform(key, i);
        if (v > max) v = max;
    }
    return v;
}

int64_t backoff_ns(const struct backoff *b, uint64_t key, uint32_t attempt)
{
    double v = ceiling(b, attempt);
    if (b->jitter == JITTER_FULL) v *= jitter_uniform(key, attempt);
    if (b->jitter == JITTER_EQUAL) v = v / 2 + v / 2 * jitter_uniform(key, attempt);
    if (b->jitter == JITTER_DECORRELATED) v = decorrelated(b, key, attempt);
    return (int64_t)(v + 0.5);
}
