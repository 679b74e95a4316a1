/* summary.c - running means, time-weighted means, intervals, batch means and MSER-5. */
#include "engine/summary.h"

#include "base/check.h"
#include "base/exact.h"

#include <math.h>

#include "base/poison.h"

void welford_merge(struct welford *into, const struct welford *from)
{
    if (from->count == 0) return;
    double n = (double)into->count, m = (double)from->count, apart = from->mean - into->mean;
    into->mean += apart * m / (n + m);
    into->m2 += from->m2 + apart * apart * n * m / (n + m);
    into->count += from->count;
}

double welford_variance(const struct welford *w)
{
    return w->count > 1 ? w->m2 / (double)(w->count - 1) : 0;
}

double welford_stddev(const struct welford *w)
{
    return sqrt(welford_variance(w));
}

void level_open(struct level *l, int64_t now_ns, double value)
{
    *l = (struct level){ value, 0, value, value, now_ns, now_ns };
}

void level_set(struct level *l, int64_t now_ns, double value)
{
    check(now_ns >= l->since_ns);
    l->area += l->value * (double)(now_ns - l->since_ns);
    l->since_ns = now_ns;
    l->value = value;
    if (value < l->min) l->min = value;
    if (value > l->max) l->max = value;
}

void level_reset(struct level *l, int64_t now_ns)
{
    level_open(l, now_ns, l->value);
}

double level_mean(const struct level *l, int64_t now_ns)
{
    check(now_ns >= l->since_ns);
    double area = l->area + l->value * (double)(now_ns - l->since_ns);
    return now_ns > l->opened_ns ? area / (double)(now_ns - l->opened_ns) : l->value;
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

static void batches_fold(struct batches *b)
{
    for (uint32_t i = 0; i < BATCHES_MAX / 2; i++)
        b->sums[i] = b->sums[2 * i] + b->sums[2 * i + 1];
    for (uint32_t i = BATCHES_MAX / 2; i <= BATCHES_MAX; i++)
        b->sums[i] = 0;
    b->full = BATCHES_MAX / 2;
    b->length *= 2;
}

void batches_add(struct batches *b, double value)
{
    if (b->length == 0) b->length = 1;
    if (b->full == BATCHES_MAX)
        batches_fold(b); /* only when another value comes: none is half done */
    b->sums[b->full] += value;
    if (++b->filled < b->length) return;
    b->filled = 0;
    b->full++;
}

struct interval batches_interval(const struct batches *b, double confidence)
{
    struct welford w = { 0 };
    for (uint32_t i = 0; i < b->full; i++)
        welford_add(&w, b->sums[i] / (double)b->length);
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
