/* summary.h - from many values to a few: mean and spread, intervals, warm-up.
 *
 * Nothing here keeps the values: memory is flat in the length of a run. Everything is plain data
 * that starts zeroed. */
#ifndef ENGINE_SUMMARY_H
#define ENGINE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mean and variance of a stream of values (Welford). */
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

double welford_variance(const struct welford *w); /* of a sample (n - 1); 0 below two values */

/* A mean and how well it is known. With fewer than two values half_width is INFINITY. */
struct interval {
    double mean, half_width;
    uint64_t count;
};

/* Student's interval for independent values, e.g. one per replication. confidence: 0.95. */
struct interval interval_of(const double *values, size_t count, double confidence);
struct interval welford_interval(const struct welford *w, double confidence);

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
