/* summary.c - running means, intervals and MSER-5. */
#include "engine/summary.h"

#include "base/check.h"
#include "base/exact.h"

#include <math.h>

#include "base/poison.h"

double welford_variance(const struct welford *w)
{
    return w->count > 1 ? w->m2 / (double)(w->count - 1) : 0;
}

struct interval welford_interval(const struct welford *w, double confidence)
{
    struct interval i = { w->mean, INFINITY, w->count };
    if (w->count < 2) return i;
    double t = exact_student_t((1 + confidence) / 2, (double)(w->count - 1));
    i.half_width = t * sqrt(welford_variance(w) / (double)w->count);
    return i;
}

struct interval interval_of(const double *values, size_t count, double confidence)
{
    struct welford w = { 0 };
    for (size_t i = 0; i < count; i++)
        welford_add(&w, values[i]);
    return welford_interval(&w, confidence);
}

static double batch_mean(const double *values, size_t batch)
{
    double sum = 0;
    for (size_t i = 0; i < MSER_BATCH; i++)
        sum += values[batch * MSER_BATCH + i];
    return sum / MSER_BATCH;
}

/* The last batches are never candidates: a few values that happen to agree are no steady state. */
#define MSER_KEEP_MIN 5
#define MSER_BATCHES_MIN 10

/* From the end backwards, so that each candidate adds one batch to a running variance. */
struct warmup warmup_mser5(const double *values, size_t count)
{
    size_t batches = count / MSER_BATCH, best = 0;
    struct welford tail = { 0 };
    double least = INFINITY, mean = 0;
    for (size_t cut = batches; cut-- > 0;) {
        welford_add(&tail, batch_mean(values, cut));
        double score = tail.m2 / ((double)tail.count * (double)tail.count);
        if (batches >= MSER_BATCHES_MIN && tail.count < MSER_KEEP_MIN) continue;
        if (score <= least || batches < MSER_BATCHES_MIN) { /* ties: drop less */
            least = score;
            best = cut;
            mean = tail.mean;
        }
    }
    bool steady = batches >= MSER_BATCHES_MIN && best <= batches / 2;
    return (struct warmup){ best * MSER_BATCH, steady, mean };
}
