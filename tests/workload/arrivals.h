/* arrivals.h - one client's arrivals by one process, on a stream of its own, counted in windows.
 * Streams are fixed; bounds are about five standard errors. */
#ifndef TESTS_WORKLOAD_ARRIVALS_H
#define TESTS_WORKLOAD_ARRIVALS_H

#include "base/arena.h"
#include "orrery/arrival.h"
#include "orrery/time.h"

#include "../support/with_parts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static inline void refuse(void **state, const struct kind *kind, const char *said,
                          const char *message)
{
    part_of(*state, kind, said);
    const char *text = parts_said(*state);
    if (strstr(text, message) == NULL)
        fail_msg("%s { %s } said '%s', not '%s'", kind->name, said, text, message);
}

/* One client's arrivals. */
struct source {
    const struct arrival_type *type;
    const void *spec;
    void *state;
    struct rng rng;
    int64_t now_ns;
};

static inline struct source source_open(void **state, struct part p, uint64_t seed)
{
    struct parts *parts = *state;
    struct source s = { p.kind->vtable, p.spec, NULL, rng_open(seed), 0 };
    s.state = arena_alloc(parts->arena, s.type->state_size);
    if (s.type->open != NULL) s.type->open(s.spec, s.state, &s.rng);
    return s;
}

/* False when there are no more. */
static inline bool source_next(struct source *s)
{
    int64_t gap = s->type->next_gap(s->spec, s->state, s->now_ns, &s->rng);
    assert_true(gap >= 0);
    s->now_ns = time_add(s->now_ns, gap);
    return s->now_ns != TIME_NEVER;
}

/* Arrivals in each of `count` windows of width_ns from 0. */
static inline void windows_count(struct source *s, uint32_t *windows, uint32_t count,
                                 int64_t width_ns)
{
    memset(windows, 0, count * sizeof *windows);
    while (source_next(s) && s->now_ns < count * width_ns)
        windows[s->now_ns / width_ns]++;
}

static inline double total_of(const uint32_t *windows, uint32_t count)
{
    double total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += windows[i];
    return total;
}

/* Variance over mean of the counts: 1 for Poisson. */
static inline double dispersion(const uint32_t *windows, uint32_t count)
{
    double mean = total_of(windows, count) / count, sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (windows[i] - mean) * (windows[i] - mean);
    return sum / (count - 1) / mean;
}

static inline void assert_near(double got, double want, double away)
{
    if (!(fabs(got - want) <= away)) fail_msg("%.10g is not %.10g +- %g", got, want, away);
}

#define WINDOWS 10000

static uint32_t windows[WINDOWS];

static inline double rate_of(struct part p, int64_t duration_ns)
{
    return ((const struct arrival_type *)p.kind->vtable)->mean_rate(p.spec, duration_ns);
}

#define ARRIVAL_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
