/* probe.h - measurement: what a run knows about itself, exactly.
 *
 * Rooms keep plain counters and histograms in their own hot structs. At the end of a run
 * (and at each window) they hand rows to a recorder; the recorder neither knows rooms nor
 * databases. A row's (section, object, metric) is its place in `run --json`: section
 * "clients", object "shoppers", metric "latency_ms.p99"; a dot in a metric is a nested
 * object. Everything is steady-state: rooms drop what came before the warm-up ended. */
#ifndef ORRERY_PROBE_H
#define ORRERY_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Log-linear histogram of int64 values >= 0 (HdrHistogram's idea): 7 sub-bucket bits, so a
 * recorded value is known to 0.4 %; mergeable by addition; count, sum, min, max exact. */
#define HISTOGRAM_BITS 7
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS) * (1 << HISTOGRAM_BITS))

struct histogram {
    uint64_t count;
    double sum, sum_squares; /* of values, in s and s^2 when values are ns: kept scaled by `unit` */
    int64_t min, max;
    uint32_t bucket_low, bucket_high; /* touched range, so reset and merge are cheap */
    uint64_t *buckets;                /* HISTOGRAM_BUCKETS, owned by an arena */
    struct arena *arena;              /* where the first value gets them from */
};

struct arena;
void histogram_open(struct histogram *h, struct arena *a);
/* The same, but its 58 KB come with the first value: a world has many that stay empty, and short
 * runs open a hundred thousand worlds. `buckets` is NULL until then, or until it is reserved. */
void histogram_open_lazily(struct histogram *h, struct arena *a);
void histogram_reserve(struct histogram *h);
void histogram_reset(struct histogram *h);
void histogram_merge(struct histogram *into, const struct histogram *from);
double histogram_mean(const struct histogram *h);
double histogram_stddev(const struct histogram *h); /* population */
/* The q-quantile (0..1), linear inside a bucket, clamped to min..max; 0 when empty. */
double histogram_quantile(const struct histogram *h, double q);
uint64_t histogram_bucket_low(uint32_t bucket); /* lowest value of a bucket */

static inline uint32_t histogram_bucket(uint64_t v)
{
    uint64_t wide = v | (1u << HISTOGRAM_BITS);
    uint32_t shift = (uint32_t)(63 - __builtin_clzll(wide)) - HISTOGRAM_BITS;
    return (shift << HISTOGRAM_BITS) + (uint32_t)(v >> shift);
}

/* For histogram_record only: a value that is small or huge, or in no bucket between the first and
 * the last touched. */
__attribute__((noinline)) void histogram_record_slowly(struct histogram *h, int64_t value);

static inline __attribute__((always_inline)) void histogram_record(struct histogram *h,
                                                                   int64_t value)
{
    /* 128 .. 2^53 - 1: exactly a double, whose exponent and first 7 places are the bucket
     * already. */
    double v = (double)value;
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint32_t bucket = (uint32_t)(bits >> (52 - HISTOGRAM_BITS)) - ((1023 + 6) << HISTOGRAM_BITS);
    if (__builtin_expect(((uint64_t)value - (1u << HISTOGRAM_BITS)) >> 53 != 0 ||
                             bucket <= h->bucket_low || bucket >= h->bucket_high,
                         0)) {
        histogram_record_slowly(h, value);
        return;
    }
    h->buckets[bucket]++;
    h->count++;
    h->sum += v;
    h->sum_squares += v * v;
}

/* The same value many times. */
static inline void histogram_record_many(struct histogram *h, int64_t value, uint64_t times)
{
    if (times == 0) return;
    histogram_record(h, value);
    h->buckets[histogram_bucket((uint64_t)value)] += times - 1;
    h->count += times - 1;
    h->sum += (double)value * (double)(times - 1);
    h->sum_squares += (double)value * (double)value * (double)(times - 1);
}

struct recorder;

/* One figure of the run. unit: "ms", "1", "1/s", "bytes", "cores", "s", "USD"... */
void recorder_value(struct recorder *r, const char *section, const char *object, const char *metric,
                    const char *unit, double value);
/* A count of what need not happen at all, and is then not recorded: with this unit, an absent figure is 0. */
#define UNIT_COUNT "count"
static inline void recorder_count(struct recorder *r, const char *section, const char *object,
                                  const char *metric, uint64_t count)
{
    if (count) recorder_value(r, section, object, metric, UNIT_COUNT, (double)count);
}
/* A histogram of ns: also writes metric.mean .stddev .p50 .p90 .p95 .p99 .p999 .max in ms under
 * metric "latency_ms" and the like (a metric ending in _ms means ns in, ms out). */
void recorder_histogram(struct recorder *r, const char *section, const char *object,
                        const char *metric, const struct histogram *h);
/* One point of a series; called at window ends, in time order per series. */
void recorder_sample(struct recorder *r, const char *section, const char *object,
                     const char *metric, const char *unit, int64_t now_ns, double value);
/* A notable thing that happened; `cause` is the number of an earlier entry, 0 = none.
 * kind: "pod.crash", "fault.begin", ...; returns this entry's number (1..). Entries past
 * RECORDER_EVENTS_MAX are counted, and the count is said. */
#define RECORDER_EVENTS_MAX 100000
__attribute__((format(printf, 6, 7))) uint32_t recorder_event(struct recorder *r, int64_t now_ns,
                                                              const char *kind, const char *object,
                                                              uint32_t cause, const char *format,
                                                              ...);
/* Why a controller or a script did what it did: inputs, formula and limits, in words. */
__attribute__((format(printf, 5, 6))) void recorder_decision(struct recorder *r, int64_t now_ns,
                                                             const char *controller,
                                                             const char *object,
                                                             const char *format, ...);
/* The detailed trace (`--trace FILE`), one line an entry; free when no trace is wanted. */
bool recorder_tracing(const struct recorder *r);
__attribute__((format(printf, 4, 5))) void recorder_trace(struct recorder *r, int64_t now_ns,
                                                          const char *kind, const char *format,
                                                          ...);

#endif
