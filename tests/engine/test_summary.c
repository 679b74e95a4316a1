/* test_summary.c - means, intervals that cover as often as they claim, and MSER-5. */
#include "base/exact.h"
#include "engine/summary.h"
#include "orrery/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void welford_gives_mean_and_sample_variance(void **state)
{
    (void)state;
    struct welford w = { 0 };
    assert_true(welford_variance(&w) == 0);
    static const double values[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
    for (int i = 0; i < 8; i++)
        welford_add(&w, values[i]);
    assert_true(w.count == 8 && w.mean == 5);
    assert_true(fabs(welford_variance(&w) - 32.0 / 7) < 1e-14);
}

static void welford_keeps_a_small_spread_on_a_large_offset(void **state)
{
    (void)state;
    struct welford w = { 0 };
    for (int i = 0; i < 1000; i++)
        welford_add(&w, 1e9 + i % 2);
    assert_true(fabs(welford_variance(&w) - 250.0 / 999) < 1e-6);
}

static void an_interval_is_students(void **state)
{
    (void)state;
    static const double values[] = { 1, 2, 3, 4, 5 };
    struct interval i = interval_of(values, 5, 0.95);
    assert_true(i.mean == 3 && i.count == 5);
    assert_true(fabs(i.half_width - 2.7764451051977987 * sqrt(0.5)) < 1e-12);
}

static void one_value_has_no_interval_and_says_so(void **state)
{
    (void)state;
    double value = 7;
    struct interval i = interval_of(&value, 1, 0.95);
    assert_true(i.mean == 7 && i.half_width == INFINITY);
    assert_true(interval_of(NULL, 0, 0.95).half_width == INFINITY);
}

static void ninety_five_intervals_in_a_hundred_cover_the_mean(void **state)
{
    (void)state;
    struct rng r = rng_open(2);
    int covered = 0;
    for (int trial = 0; trial < 4000; trial++) {
        double values[6];
        for (int i = 0; i < 6; i++)
            values[i] = rng_normal(&r);
        struct interval i = interval_of(values, 6, 0.95);
        covered += fabs(i.mean) < i.half_width;
    }
    assert_true(abs(covered - 3800) < 5 * 14); /* five standard deviations of a binomial */
}

#define SERIES 2000

static void mser_cuts_a_decaying_start(void **state)
{
    (void)state;
    static double series[SERIES];
    struct rng r = rng_open(4);
    for (int i = 0; i < SERIES; i++)
        series[i] = 10 + 40 * exact_exp(-i / 60.0) + rng_normal(&r);
    struct warmup w = warmup_mser5(series, SERIES);
    assert_true(w.steady);
    assert_true(w.truncation % MSER_BATCH == 0);
    assert_true(w.truncation > 120 && w.truncation < 500); /* the bias is 5.4 at 120, 0.01 at 500 */
    assert_true(fabs(w.mean - 10) < 0.1);
}

static void mser_leaves_a_steady_series_nearly_whole(void **state)
{
    (void)state;
    static double series[SERIES];
    struct rng r = rng_open(5);
    for (int i = 0; i < SERIES; i++)
        series[i] = 10 + rng_normal(&r);
    struct warmup w = warmup_mser5(series, SERIES);
    assert_true(w.steady && w.truncation < SERIES / 4);
}

static void mser_of_equal_values_drops_nothing(void **state)
{
    (void)state;
    static double series[SERIES];
    for (int i = 0; i < SERIES; i++)
        series[i] = 4;
    struct warmup w = warmup_mser5(series, SERIES);
    assert_true(w.steady && w.truncation == 0 && w.mean == 4);
}

static void mser_says_when_a_series_never_settles(void **state)
{
    (void)state;
    static double series[SERIES];
    for (int i = 0; i < SERIES; i++)
        series[i] = i;
    assert_false(warmup_mser5(series, SERIES).steady);
}

static void mser_of_too_few_values_is_not_steady_and_keeps_all(void **state)
{
    (void)state;
    static const double few[] = { 9, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    struct warmup w = warmup_mser5(few, 10);
    assert_true(!w.steady && w.truncation == 0 && w.mean == 1.8);
    assert_false(warmup_mser5(few, 0).steady);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(welford_gives_mean_and_sample_variance),
        cmocka_unit_test(welford_keeps_a_small_spread_on_a_large_offset),
        cmocka_unit_test(an_interval_is_students),
        cmocka_unit_test(one_value_has_no_interval_and_says_so),
        cmocka_unit_test(ninety_five_intervals_in_a_hundred_cover_the_mean),
        cmocka_unit_test(mser_cuts_a_decaying_start),
        cmocka_unit_test(mser_leaves_a_steady_series_nearly_whole),
        cmocka_unit_test(mser_of_equal_values_drops_nothing),
        cmocka_unit_test(mser_says_when_a_series_never_settles),
        cmocka_unit_test(mser_of_too_few_values_is_not_steady_and_keeps_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
