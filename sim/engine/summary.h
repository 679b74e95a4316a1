/* summary.h - from many values to a few: mean and spread, levels over time, intervals, warm-up.
 *
 * Nothing here keeps the values: memory is flat in the length of a run. Everything is plain data
 * that starts zeroed, except where an `open` says otherwise. */
#ifndef ENGINE_SUMMARY_H
#define ENGINE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mean and variance of a stream of values (Welford; merging by Chan, Golub & LeVeque). */
struct welford {
    uint64_t count;
    double mean, m2; /* m2: sum of squared distances from the mean */
};

static inline void welford_add(struct welford *w, double value)
{
    double before = value - w->mean;
    w->count++;
    w->mean += before / (double)w->count;
    w->m2 += before * (value - w->mean);
}

void welford_merge(struct welford *into, const struct welford *from);
double welford_variance(const struct welford *w); /* of a sample (n - 1); 0 below two values */
double welford_stddev(const struct welford *w);

/* A level that holds between changes: queue length, busy workers, replicas. */
struct level {
    double value, area; /* area: value * ns since opened_ns */
    double min, max;
    int64_t opened_ns, since_ns;
};

void level_open(struct level *l, int64_t now_ns, double value);
void level_set(struct level *l, int64_t now_ns, double value);
/* Forgets the past and keeps the value: the end of the warm-up, or of a window. */
void level_reset(struct level *l, int64_t now_ns);
double level_mean(const struct level *l, int64_t now_ns); /* the value itself when no time passed */

static inline void level_add(struct level *l, int64_t now_ns, double change)
{
    level_set(l, now_ns, l->value + change);
}

/* A mean and how well it is known. With fewer than two values half_width is INFINITY. */
struct interval {
    double mean, half_width;
    uint64_t count;
};

/* Student's interval for independent values, e.g. one per replication. confidence: 0.95. */
struct interval interval_of(const double *values, size_t count, double confidence);
struct interval welford_interval(const struct welford *w, double confidence);

/* Batch means of one long run: consecutive values are dependent, means of long batches hardly.
 * Batches double in length whenever BATCHES_MAX are full, so between half and all of them count. */
#define BATCHES_MAX 64
struct batches {
    double sums[BATCHES_MAX + 1]; /* sums[full] is the batch being filled */
    uint64_t length;              /* values a batch; 0 before the first */
    uint64_t filled;              /* values in the batch being filled */
    uint32_t full;
};

void batches_add(struct batches *b, double value);
/* Of the full batches; what has not filled a batch is left out. */
struct interval batches_interval(const struct batches *b, double confidence);

/* Where the warm-up ends, by MSER-5 (White, Cobb & Spratt 2000): among batches of five, the
 * truncation that makes the rest's standard error least. */
#define MSER_BATCH 5
struct warmup {
    size_t truncation; /* leading values to drop: a multiple of MSER_BATCH */
    bool steady;       /* false: the best cut lies in the second half, so no steady state is seen */
    double mean;       /* of what remains */
};

/* At least 10 * MSER_BATCH values, or not steady with nothing dropped. */
struct warmup warmup_mser5(const double *values, size_t count);

#endif
