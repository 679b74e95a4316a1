/* test_rate_steps.c - a Poisson process whose rate changes by steps, which stands behind a day's cosine,
 * a surge and a series. */
#include "workload/rate_steps.h"

#include "orrery/time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void assert_near(double got, double want, double away)
{
    if (!(fabs(got - want) <= away)) fail_msg("%.10g is not %.10g +- %g", got, want, away);
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#define GAPS 100000

/* Time-change theorem: the area under the rate up to each arrival is a Poisson process of rate 1,
 * so its gaps are exponential: Kolmogorov's distance on them sees any error at a change point. */
static void arrivals_at_changing_rates_are_exactly_poisson(void **state)
{
    (void)state;
    static const int64_t begin[] = { 0, NS_PER_S, 3 * NS_PER_S, 4 * NS_PER_S };
    static const double rates[] = { 2, 0, 5, 0.5 };
    struct rate_steps steps = { 4, begin, rates, 6 * NS_PER_S, 1, 0 };
    rate_steps_close(&steps);
    assert_near(steps.cycle_area, 6, 1e-12);
    static double gaps[GAPS];
    struct rate_cursor c = { 0 };
    struct rng r = rng_open(8);
    int64_t now = 0;
    for (int i = 0; i < GAPS; i++) {
        double before = rate_mean(&steps, now) * ns_to_s(now);
        int64_t gap = rate_next_gap(&steps, &c, now, &r);
        assert_true(gap != TIME_NEVER);
        now += gap;
        gaps[i] = rate_mean(&steps, now) * ns_to_s(now) - before;
    }
    qsort(gaps, GAPS, sizeof *gaps, order);
    double worst = 0;
    for (int i = 0; i < GAPS; i++)
        worst = fmax(worst, fabs(1 - exp(-gaps[i]) - (i + 0.5) / GAPS));
    assert_true(worst * sqrt(GAPS) < 2.2);
}

static void rare_arrivals_pass_many_cycles_at_once(void **state)
{
    (void)state;
    static const int64_t begin[] = { 0, NS_PER_S };
    static const double rates[] = { 0, 2e-5 };
    struct rate_steps steps = { 2, begin, rates, 2 * NS_PER_S, 0, 0 };
    rate_steps_close(&steps);
    struct rate_cursor c = { 0 };
    struct rng r = rng_open(9);
    int64_t now = 0;
    int count = 0;
    for (int64_t gap; count < 1000; now += gap, count++) {
        gap = rate_next_gap(&steps, &c, now, &r);
        assert_true(gap != TIME_NEVER && (now + gap) % (2 * NS_PER_S) >= NS_PER_S - 1);
    }
    assert_near(ns_to_s(now), 1000 / 1e-5, 5 * sqrt(1000) / 1e-5);
}

static void a_rate_too_small_for_any_run_never_comes(void **state)
{
    (void)state;
    static const int64_t begin[] = { 0 };
    static const double rates[] = { 1e-15 };
    struct rate_steps steps = { 1, begin, rates, NS_PER_S, 0, 0 };
    rate_steps_close(&steps);
    struct rate_cursor c = { 0 };
    struct rng r = rng_open(10);
    assert_true(rate_next_gap(&steps, &c, 0, &r) == TIME_NEVER);
    assert_true(rate_next_gap(&steps, &c, 1, &r) == TIME_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals_at_changing_rates_are_exactly_poisson),
        cmocka_unit_test(rare_arrivals_pass_many_cycles_at_once),
        cmocka_unit_test(a_rate_too_small_for_any_run_never_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
