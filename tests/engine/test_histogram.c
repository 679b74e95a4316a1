/* test_histogram.c - buckets tile the line, quantiles are near the sorted truth, merging is adding.
 */
#include "base/arena.h"
#include "orrery/probe.h"
#include "orrery/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int setup(void **state)
{
    *state = arena_open();
    return 0;
}

static int teardown(void **state)
{
    arena_close(*state);
    return 0;
}

static struct histogram opened(void **state)
{
    struct histogram h;
    histogram_open(&h, *state);
    return h;
}

static void buckets_tile_the_line_without_gap_or_overlap(void **state)
{
    (void)state;
    for (uint32_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
        uint64_t low = histogram_bucket_low(b);
        assert_int_equal(histogram_bucket(low), b);
        if (b > 0) assert_int_equal(histogram_bucket(low - 1), b - 1);
    }
    assert_int_equal(histogram_bucket(INT64_MAX), HISTOGRAM_BUCKETS - 1);
}

/* Recording has a shorter way to the bucket. */
static void a_value_is_recorded_where_its_bucket_is(void **state)
{
    struct histogram h = opened(state);
    for (uint32_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
        uint64_t low = histogram_bucket_low(b);
        histogram_reset(&h);
        histogram_record(&h, (int64_t)low);
        assert_true(h.bucket_low == b && h.bucket_high == b && h.buckets[b] == 1);
        if (b == 0) continue;
        histogram_reset(&h);
        histogram_record(&h, (int64_t)(low - 1));
        assert_true(h.bucket_low == b - 1 && h.bucket_high == b - 1 && h.buckets[b - 1] == 1);
    }
}

static void a_bucket_is_known_to_four_parts_in_a_thousand(void **state)
{
    (void)state;
    for (uint32_t b = 1; b + 1 < HISTOGRAM_BUCKETS; b++) {
        double low = (double)histogram_bucket_low(b), next = (double)histogram_bucket_low(b + 1);
        assert_true((next - low - 1) / 2 / low <= 0.004);
    }
}

static void an_empty_histogram_says_zero(void **state)
{
    struct histogram h = opened(state);
    assert_true(histogram_mean(&h) == 0 && histogram_stddev(&h) == 0);
    assert_true(histogram_quantile(&h, 0.5) == 0);
}

static void one_value_is_all_its_quantiles(void **state)
{
    struct histogram h = opened(state);
    histogram_record(&h, 123456789);
    for (double q = 0; q <= 1; q += 0.25)
        assert_true(histogram_quantile(&h, q) == 123456789);
    assert_true(histogram_mean(&h) == 123456789 && histogram_stddev(&h) == 0);
}

static void small_values_are_exact(void **state)
{
    struct histogram h = opened(state);
    for (int v = 1; v <= 100; v++)
        histogram_record(&h, v);
    assert_true(histogram_quantile(&h, 0.5) == 50);
    assert_true(histogram_quantile(&h, 0.99) == 99);
    assert_true(histogram_quantile(&h, 0) == 1);
    assert_true(histogram_quantile(&h, 1) == 100);
    assert_true(histogram_mean(&h) == 50.5);
    assert_true(fabs(histogram_stddev(&h) - sqrt(833.25)) < 1e-9);
}

static void zero_and_the_greatest_value_are_recorded(void **state)
{
    struct histogram h = opened(state);
    histogram_record(&h, 0);
    histogram_record(&h, INT64_MAX);
    assert_true(histogram_quantile(&h, 0.25) == 0);
    assert_true(histogram_quantile(&h, 1) == (double)INT64_MAX);
    assert_int_equal(h.count, 2);
}

static int order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

#define VALUES 100000

static void quantiles_are_within_half_a_percent_of_the_sorted_truth(void **state)
{
    static int64_t values[VALUES];
    struct histogram h = opened(state);
    struct rng r = rng_open(1);
    for (int i = 0; i < VALUES; i++) {
        values[i] = (int64_t)(rng_exponential(&r) * 5e6);
        histogram_record(&h, values[i]);
    }
    qsort(values, VALUES, sizeof *values, order);
    static const double qs[] = { 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999 };
    for (size_t i = 0; i < sizeof qs / sizeof *qs; i++) {
        double truth = (double)values[(int)ceil(qs[i] * VALUES) - 1];
        assert_true(fabs(histogram_quantile(&h, qs[i]) / truth - 1) < 0.005);
    }
}

static void quantiles_never_fall_as_q_rises(void **state)
{
    struct histogram h = opened(state);
    struct rng r = rng_open(2);
    for (int i = 0; i < 1000; i++)
        histogram_record(&h, (int64_t)(rng_next(&r) >> (1 + rng_below(&r, 63))));
    double before = 0;
    for (int i = 0; i <= 1000; i++) {
        double now = histogram_quantile(&h, i / 1000.0);
        assert_true(now >= before && now >= (double)h.min && now <= (double)h.max);
        before = now;
    }
}

static void merging_is_the_same_as_recording_into_one(void **state)
{
    struct histogram whole = opened(state), a = opened(state), b = opened(state);
    struct rng r = rng_open(3);
    for (int i = 0; i < 10000; i++) {
        int64_t v = (int64_t)(rng_next(&r) >> (20 + rng_below(&r, 43)));
        histogram_record(&whole, v);
        histogram_record(i % 3 ? &a : &b, v);
    }
    histogram_merge(&a, &b);
    assert_memory_equal(a.buckets, whole.buckets, HISTOGRAM_BUCKETS * sizeof *a.buckets);
    assert_int_equal(a.count, whole.count);
    assert_true(a.min == whole.min && a.max == whole.max);
    assert_true(fabs(a.sum / whole.sum - 1) < 1e-12);
    assert_true(histogram_quantile(&a, 0.9) == histogram_quantile(&whole, 0.9));
}

static void merging_with_an_empty_one_changes_nothing(void **state)
{
    struct histogram a = opened(state), empty = opened(state);
    histogram_record(&a, 7);
    histogram_merge(&a, &empty);
    histogram_merge(&empty, &a);
    assert_int_equal(a.count, 1);
    assert_true(histogram_quantile(&empty, 0.5) == 7 && empty.min == 7 && empty.max == 7);
}

static void a_reset_histogram_is_as_new(void **state)
{
    struct histogram h = opened(state), fresh = opened(state);
    for (int64_t v = 1; v < INT64_MAX / 3; v *= 3)
        histogram_record(&h, v);
    histogram_reset(&h);
    histogram_record(&h, 1000);
    histogram_record(&fresh, 1000);
    assert_memory_equal(h.buckets, fresh.buckets, HISTOGRAM_BUCKETS * sizeof *h.buckets);
    h.buckets = fresh.buckets;
    assert_true(h.sum == fresh.sum && h.sum_squares == fresh.sum_squares && h.count == 1);
    assert_true(h.min == 1000 && h.max == 1000 && h.bucket_low == fresh.bucket_low);
}

static void a_lazy_histogram_costs_nothing_until_its_first_value(void **state)
{
    struct arena *a = *state;
    struct histogram lazy, eager;
    histogram_open(&eager, a);
    size_t before = arena_bytes(a);
    histogram_open_lazily(&lazy, a);
    assert_true(arena_bytes(a) == before);
    assert_null(lazy.buckets);
    assert_true(histogram_mean(&lazy) == 0 && histogram_quantile(&lazy, 0.5) == 0);
    histogram_merge(&eager, &lazy);
    histogram_reset(&lazy);
    static const int64_t values[] = { INT64_MAX, 0, 500, 12345678 };
    for (uint32_t i = 0; i < 4; i++) {
        histogram_record(&lazy, values[i]);
        histogram_record(&eager, values[i]);
    }
    assert_memory_equal(lazy.buckets, eager.buckets, HISTOGRAM_BUCKETS * sizeof *lazy.buckets);
    assert_int_equal(lazy.bucket_low, eager.bucket_low);
    assert_int_equal(lazy.bucket_high, eager.bucket_high);
    assert_true(histogram_quantile(&lazy, 0.5) == histogram_quantile(&eager, 0.5));
    struct histogram sum;
    histogram_open_lazily(&sum, a);
    histogram_merge(&sum, &lazy);
    assert_memory_equal(sum.buckets, eager.buckets, HISTOGRAM_BUCKETS * sizeof *sum.buckets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_tile_the_line_without_gap_or_overlap),
        cmocka_unit_test_setup_teardown(a_value_is_recorded_where_its_bucket_is, setup, teardown),
        cmocka_unit_test(a_bucket_is_known_to_four_parts_in_a_thousand),
        cmocka_unit_test_setup_teardown(an_empty_histogram_says_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(one_value_is_all_its_quantiles, setup, teardown),
        cmocka_unit_test_setup_teardown(small_values_are_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(zero_and_the_greatest_value_are_recorded, setup, teardown),
        cmocka_unit_test_setup_teardown(quantiles_are_within_half_a_percent_of_the_sorted_truth,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(quantiles_never_fall_as_q_rises, setup, teardown),
        cmocka_unit_test_setup_teardown(merging_is_the_same_as_recording_into_one, setup, teardown),
        cmocka_unit_test_setup_teardown(merging_with_an_empty_one_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reset_histogram_is_as_new, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lazy_histogram_costs_nothing_until_its_first_value, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
