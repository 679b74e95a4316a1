/* test_summary.c - means, levels, intervals that cover as often as they claim, and MSER-5. */
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
    assert_true(fabs(welford_stddev(&w) - sqrt(32.0 / 7)) < 1e-14);
}

static void welford_keeps_a_small_spread_on_a_large_offset(void **state)
{
    (void)state;
    struct welford w = { 0 };
    for (int i = 0; i < 1000; i++)
        welford_add(&w, 1e9 + i % 2);
    assert_true(fabs(welford_variance(&w) - 250.0 / 999) < 1e-6);
}

static void merged_halves_equal_the_whole(void **state)
{
    (void)state;
    struct welford whole = { 0 }, a = { 0 }, b = { 0 }, empty = { 0 };
    struct rng r = rng_open(1);
    for (int i = 0; i < 1000; i++) {
        double v = rng_normal(&r) * 3 + 10;
        welford_add(&whole, v);
        welford_add(i < 300 ? &a : &b, v);
    }
    welford_merge(&a, &b);
    welford_merge(&a, &empty);
    assert_int_equal(a.count, 1000);
    assert_true(fabs(a.mean - whole.mean) < 1e-12);
    assert_true(fabs(welford_variance(&a) - welford_variance(&whole)) < 1e-10);
}

static void a_level_is_weighted_by_how_long_it_held(void **state)
{
    (void)state;
    struct level l;
    level_open(&l, 100, 0);
    level_set(&l, 110, 4); /* 0 for 10, 4 for 20, 1 for 70 */
    level_set(&l, 130, 1);
    assert_true(level_mean(&l, 200) == (4 * 20 + 1 * 70) / 100.0);
    assert_true(l.min == 0 && l.max == 4);
    level_add(&l, 200, 2);
    assert_true(l.value == 3);
}

static void a_level_reset_forgets_the_warm_up_but_not_the_value(void **state)
{
    (void)state;
    struct level l;
    level_open(&l, 0, 50);
    level_set(&l, 500, 2);
    level_reset(&l, 1000);
    assert_true(level_mean(&l, 1000) == 2);
    level_set(&l, 1500, 4);
    assert_true(level_mean(&l, 2000) == 3);
    assert_true(l.min == 2 && l.max == 4);
}

/* Five values 1..5: mean 3, s = sqrt(2.5), t(0.975, 4) = 2.776445105. */
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

static void batches_keep_their_memory_flat_and_their_mean_right(void **state)
{
    (void)state;
    struct batches b = { 0 };
    const int count = 64 * 1024;
    for (int i = 0; i < count; i++)
        batches_add(&b, i % 7);
    struct interval i = batches_interval(&b, 0.95);
    assert_int_equal(b.full * b.length + b.filled, count);
    assert_true(b.full >= BATCHES_MAX / 2 && b.full <= BATCHES_MAX);
    assert_true(fabs(i.mean - 3) < 0.01);
}

static void few_values_make_batches_of_one(void **state)
{
    (void)state;
    struct batches b = { 0 };
    for (int i = 1; i <= 5; i++)
        batches_add(&b, i);
    struct interval i = batches_interval(&b, 0.95);
    assert_true(i.count == 5 && i.mean == 3 && b.length == 1);
}

/* First-order autoregression with coefficient .9: the naive interval is too narrow by
 * sqrt(19) = 4.4 and would cover 35 % of the time. */
static void batch_means_cover_although_neighbours_depend(void **state)
{
    (void)state;
    struct rng r = rng_open(3);
    int covered = 0, naive = 0;
    for (int trial = 0; trial < 400; trial++) {
        struct batches b = { 0 };
        struct welford w = { 0 };
        double x = rng_normal(&r) / sqrt(1 - 0.81);
        for (int i = 0; i < 5000; i++) {
            x = 0.9 * x + rng_normal(&r);
            batches_add(&b, x);
            welford_add(&w, x);
        }
        struct interval i = batches_interval(&b, 0.95), n = welford_interval(&w, 0.95);
        covered += fabs(i.mean) < i.half_width;
        naive += fabs(n.mean) < n.half_width;
    }
    assert_true(covered > 400 * 0.90 && covered < 400 * 0.985);
    assert_true(naive < 400 * 0.5);
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
        cmocka_unit_test(merged_halves_equal_the_whole),
        cmocka_unit_test(a_level_is_weighted_by_how_long_it_held),
        cmocka_unit_test(a_level_reset_forgets_the_warm_up_but_not_the_value),
        cmocka_unit_test(an_interval_is_students),
        cmocka_unit_test(one_value_has_no_interval_and_says_so),
        cmocka_unit_test(ninety_five_intervals_in_a_hundred_cover_the_mean),
        cmocka_unit_test(batches_keep_their_memory_flat_and_their_mean_right),
        cmocka_unit_test(few_values_make_batches_of_one),
        cmocka_unit_test(batch_means_cover_although_neighbours_depend),
        cmocka_unit_test(mser_cuts_a_decaying_start),
        cmocka_unit_test(mser_leaves_a_steady_series_nearly_whole),
        cmocka_unit_test(mser_of_equal_values_drops_nothing),
        cmocka_unit_test(mser_says_when_a_series_never_settles),
        cmocka_unit_test(mser_of_too_few_values_is_not_steady_and_keeps_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
