/* test_backoff.c - how long a retry waits: the four jitters, their bounds, and whose draw is whose.
 */
#include "traffic/backoff.h"

#include "orrery/rng.h"
#include "orrery/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#define MS NS_PER_MS
#define KEYS 20000

static void full_jitter_is_uniform_below_the_ceiling(void **state)
{
    (void)state;
    struct backoff b = { 100 * MS, NS_PER_S, 2, JITTER_FULL };
    double sum = 0, squares = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        int64_t wait = backoff_ns(&b, hash_mix(key), 2);
        assert_true(wait >= 0 && wait <= 400 * MS);
        sum += (double)wait / (400 * MS);
        squares += (double)wait / (400 * MS) * (double)wait / (400 * MS);
    }
    assert_true(sum / KEYS > 0.49 && sum / KEYS < 0.51);
    assert_true(squares / KEYS > 0.323 && squares / KEYS < 0.343);
}

static void equal_jitter_keeps_half_of_the_wait(void **state)
{
    (void)state;
    struct backoff b = { 100 * MS, NS_PER_S, 2, JITTER_EQUAL };
    int64_t low = INT64_MAX, high = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        int64_t wait = backoff_ns(&b, hash_mix(key), 1);
        low = wait < low ? wait : low;
        high = wait > high ? wait : high;
    }
    assert_true(low >= 100 * MS && low < 101 * MS);
    assert_true(high <= 200 * MS && high > 199 * MS);
}

static void decorrelated_jitter_stays_between_base_and_cap(void **state)
{
    (void)state;
    struct backoff b = { 100 * MS, NS_PER_S, 2, JITTER_DECORRELATED };
    double first = 0;
    int64_t high = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        first += (double)backoff_ns(&b, hash_mix(key), 0) / MS;
        int64_t wait = backoff_ns(&b, hash_mix(key), 6);
        assert_true(wait >= 100 * MS && wait <= NS_PER_S);
        high = wait > high ? wait : high;
    }
    assert_true(first / KEYS > 198 && first / KEYS < 202); /* uniform in 100..300 ms */
    assert_int_equal(high, NS_PER_S);
}

static void jitter_differs_by_call_and_by_attempt_and_never_by_run(void **state)
{
    (void)state;
    struct backoff b = { 100 * MS, NS_PER_S, 1, JITTER_FULL };
    assert_int_equal(backoff_ns(&b, 1, 0), backoff_ns(&b, 1, 0));
    assert_int_not_equal(backoff_ns(&b, 1, 0), backoff_ns(&b, 2, 0));
    assert_int_not_equal(backoff_ns(&b, 1, 0), backoff_ns(&b, 1, 1));
}

static void backoff_survives_the_largest_numbers(void **state)
{
    (void)state;
    struct backoff b = { 3600 * NS_PER_S, 36000 * NS_PER_S, 100, JITTER_NONE };
    assert_int_equal(backoff_ns(&b, 1, 254), 36000 * NS_PER_S);
    b.jitter = JITTER_DECORRELATED;
    int64_t wait = backoff_ns(&b, 1, 254);
    assert_true(wait >= b.base_ns && wait <= b.max_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_jitter_is_uniform_below_the_ceiling),
        cmocka_unit_test(equal_jitter_keeps_half_of_the_wait),
        cmocka_unit_test(decorrelated_jitter_stays_between_base_and_cap),
        cmocka_unit_test(jitter_differs_by_call_and_by_attempt_and_never_by_run),
        cmocka_unit_test(backoff_survives_the_largest_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
