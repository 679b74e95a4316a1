/* histogram.c - log-linear histograms: quantiles to 0.4 %, merged by addition.
 *
 * All buckets outside bucket_low..bucket_high are zero; an empty histogram has low > high. Values
 * below 256 have a bucket each, so small counts are exact. */
#include "orrery/probe.h"

#include "base/arena.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

#include "base/poison.h"

#define SUB_BUCKETS (1u << HISTOGRAM_BITS)

static void histogram_empty(struct histogram *h)
{
    *h = (struct histogram){ .min = INT64_MAX,
                             .bucket_low = HISTOGRAM_BUCKETS,
                             .buckets = h->buckets,
                             .arena = h->arena };
}

void histogram_open_lazily(struct histogram *h, struct arena *a)
{
    h->buckets = NULL;
    h->arena = a;
    histogram_empty(h);
}

void histogram_reserve(struct histogram *h)
{
    if (h->buckets == NULL)
        h->buckets = arena_alloc(h->arena, HISTOGRAM_BUCKETS * sizeof *h->buckets);
}

void histogram_open(struct histogram *h, struct arena *a)
{
    histogram_open_lazily(h, a);
    histogram_reserve(h);
}

/* The first value of an empty histogram always comes here: its lowest bucket is past the last. */
void histogram_record_slowly(struct histogram *h, int64_t value)
{
    double v = (double)value;
    uint32_t bucket = histogram_bucket((uint64_t)value);
    histogram_reserve(h);
    if (value < h->min) h->min = value;
    if (value > h->max) h->max = value;
    if (bucket < h->bucket_low) h->bucket_low = bucket;
    if (bucket > h->bucket_high) h->bucket_high = bucket;
    h->buckets[bucket]++;
    h->count++;
    h->sum += v;
    h->sum_squares += v * v;
}

void histogram_reset(struct histogram *h)
{
    if (h->count > 0) {
        size_t touched = h->bucket_high - h->bucket_low + 1;
        memset(h->buckets + h->bucket_low, 0, touched * sizeof *h->buckets);
    }
    histogram_empty(h);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (from->count == 0) return;
    histogram_reserve(into);
    for (uint32_t i = from->bucket_low; i <= from->bucket_high; i++)
        into->buckets[i] += from->buckets[i];
    into->count += from->count;
    into->sum += from->sum;
    into->sum_squares += from->sum_squares;
    if (from->min < into->min) into->min = from->min;
    if (from->max > into->max) into->max = from->max;
    if (from->bucket_low < into->bucket_low) into->bucket_low = from->bucket_low;
    if (from->bucket_high > into->bucket_high) into->bucket_high = from->bucket_high;
}

double histogram_mean(const struct histogram *h)
{
    return h->count > 0 ? h->sum / (double)h->count : 0;
}

double histogram_stddev(const struct histogram *h)
{
    if (h->count == 0) return 0;
    double mean = histogram_mean(h), variance = h->sum_squares / (double)h->count - mean * mean;
    return variance > 0 ? sqrt(variance) : 0; /* equal values may cancel to just below 0 */
}

static uint32_t bucket_shift(uint32_t bucket)
{
    return bucket < 2 * SUB_BUCKETS ? 0 : bucket / SUB_BUCKETS - 1;
}

uint64_t histogram_bucket_low(uint32_t bucket)
{
    check(bucket < HISTOGRAM_BUCKETS);
    uint32_t shift = bucket_shift(bucket);
    return (uint64_t)(bucket - shift * SUB_BUCKETS) << shift;
}

static double clamped(double v, const struct histogram *h)
{
    return v < (double)h->min ? (double)h->min : v > (double)h->max ? (double)h->max : v;
}

double histogram_quantile(const struct histogram *h, double q)
{
    if (h->count == 0) return 0;
    double wanted = q * (double)h->count;
    uint64_t passed = 0;
    for (uint32_t i = h->bucket_low; i <= h->bucket_high; i++) {
        uint64_t here = h->buckets[i];
        if (here > 0 && (double)(passed + here) >= wanted) {
            /* The last value of a bucket is low + span: a bucket of one value has span 0. */
            double span = (double)((UINT64_C(1) << bucket_shift(i)) - 1);
            double share = (wanted - (double)passed) / (double)here;
            return clamped((double)histogram_bucket_low(i) + span * (share > 0 ? share : 0), h);
        }
        passed += here;
    }
    return (double)h->max;
}
