/* drawn.h - draws of one distribution on a fixed stream, held against its law and its moments. A
 * Kolmogorov distance of 2.2 / sqrt(n) is passed by chance once in 8,000. */
#ifndef TESTS_ENGINE_DRAWN_H
#define TESTS_ENGINE_DRAWN_H

#include "base/arena.h"
#include "orrery/dist.h"
#include "../support/with_parts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DRAWS 100000

static inline void assert_near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want))) fail_msg("%.12g is not %.12g", got, want);
}

static inline int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double drawn[DRAWS];

static inline void draw_all(const struct part *p)
{
    struct rng r = rng_open(stream_key(seed_key(1, 0), p->kind->name, "test"));
    for (int i = 0; i < DRAWS; i++)
        drawn[i] = dist_draw(p, &r);
    qsort(drawn, DRAWS, sizeof *drawn, order);
}

/* law(x) = P(X <= x), continuous. */
static inline void assert_law(const struct part *p, double (*law)(double))
{
    draw_all(p);
    assert_true(drawn[0] >= 0);
    double worst = 0;
    for (int i = 0; i < DRAWS; i++) {
        double q = law(drawn[i]);
        worst = fmax(worst, fmax(q - (double)i / DRAWS, (i + 1.0) / DRAWS - q));
    }
    if (worst * sqrt(DRAWS) >= 2.2) fail_msg("%s: D = %g", p->kind->name, worst * sqrt(DRAWS));
}

/* The drawn mean and scv agree with the vtable's, within so many standard errors. */
static inline void assert_moments(const struct part *p)
{
    draw_all(p);
    double sum = 0, squares = 0, fourths = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += drawn[i];
    double mean = sum / DRAWS;
    for (int i = 0; i < DRAWS; i++) {
        double apart = drawn[i] - mean;
        squares += apart * apart;
        fourths += apart * apart * apart * apart;
    }
    double variance = squares / DRAWS;
    double error = sqrt(variance / DRAWS);
    double variance_error = sqrt((fourths / DRAWS - variance * variance) / DRAWS);
    double want_mean = dist_mean(p), want_variance = dist_scv(p) * want_mean * want_mean;
    if (!(fabs(mean - want_mean) <= 4.5 * error + 1e-12 * mean))
        fail_msg("%s: mean %g, not %g", p->kind->name, mean, want_mean);
    if (!(fabs(variance - want_variance) <= 4.5 * variance_error + 1e-9 * variance))
        fail_msg("%s: variance %g, not %g", p->kind->name, variance, want_variance);
}

static inline void refuse(void **state, const struct kind *kind, const char *said,
                          const char *message)
{
    part_of(*state, kind, said);
    const char *text = parts_said(*state);
    if (strstr(text, message) == NULL)
        fail_msg("%s { %s } said '%s', not '%s'", kind->name, said, text, message);
}

#define DIST_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
