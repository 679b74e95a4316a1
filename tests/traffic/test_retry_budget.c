/* test_retry_budget.c - each budget's published sequence, and how much load it lets retries add. */
#include "traffic/retry_budget.h"

#include "base/arena.h"
#include "orrery/rng.h"
#include "orrery/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void a_share_of_what_is_out_and_always_three(void **state)
{
    (void)state;
    assert_true(budget_concurrent_allows(0.2, 3, 0, 2));
    assert_false(budget_concurrent_allows(0.2, 3, 0, 3));
    assert_false(budget_concurrent_allows(0.2, 3, 19, 3)); /* a fifth of 19 is still 3 */
    assert_true(budget_concurrent_allows(0.2, 3, 20, 3));
    assert_true(budget_concurrent_allows(0.2, 3, 100, 19));
    assert_false(budget_concurrent_allows(0.2, 3, 100, 20));
}

static void the_fifth_straight_failure_is_not_retried(void **state)
{
    (void)state;
    struct budget_throttle b;
    budget_throttle_open(&b, 10 * BUDGET_TOKEN);
    for (int failure = 1; failure <= 12; failure++) {
        budget_throttle_record(&b, 10 * BUDGET_TOKEN, 100, true);
        assert_int_equal(budget_throttle_allows(&b, 10 * BUDGET_TOKEN), failure < 5);
    }
    assert_int_equal(b.tokens, 0);
    for (int success = 1; success <= 51; success++) {
        assert_false(budget_throttle_allows(&b, 10 * BUDGET_TOKEN)); /* at exactly half: not yet */
        budget_throttle_record(&b, 10 * BUDGET_TOKEN, 100, false);
    }
    assert_true(budget_throttle_allows(&b, 10 * BUDGET_TOKEN));
    for (int success = 0; success < 100; success++)
        budget_throttle_record(&b, 10 * BUDGET_TOKEN, 100, false);
    assert_int_equal(b.tokens, 10 * BUDGET_TOKEN);
}

/* Calls of a client whose every attempt fails with probability f; up to three retries each. */
static double load_with_bucket(double f, uint32_t calls)
{
    struct budget_bucket b;
    struct rng r = rng_open(1);
    uint32_t attempts = 0;
    budget_bucket_open(&b, 5 * BUDGET_TOKEN);
    for (uint32_t i = 0; i < calls; i++) {
        budget_bucket_deposit(&b, 5 * BUDGET_TOKEN, BUDGET_TOKEN / 10);
        attempts++;
        for (int retry = 0; retry < 3 && rng_uniform(&r) < f && budget_bucket_take(&b); retry++)
            attempts++;
    }
    return (double)attempts / calls;
}

static void a_bucket_of_a_tenth_lets_retries_add_a_tenth(void **state)
{
    (void)state;
    double load = load_with_bucket(0.5, 200000);
    assert_true(load > 1.099 && load < 1.101);
    /* The published run: 100 calls of each client from a full bucket of five. */
    load = load_with_bucket(0.5, 100);
    assert_true(load > 1.12 && load <= 1.15);
    assert_true(load_with_bucket(0.01, 200000) < 1.011);
}

static void a_window_affords_a_fifth_and_ten_a_second(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    struct budget_window b;
    budget_window_open(&b, a, 0.2, 10 * NS_PER_S, 10);
    uint32_t taken = 0;
    while (budget_window_take(&b, 0))
        taken++;
    assert_int_equal(taken, 100); /* 10/s for 10 s, with no request at all */
    for (int i = 0; i < 50; i++)
        budget_window_deposit(&b, 1);
    for (taken = 0; budget_window_take(&b, 1);)
        taken++;
    assert_int_equal(taken, 10);
    assert_false(budget_window_take(&b, 10 * NS_PER_S - 1));
    for (taken = 0; budget_window_take(&b, 10 * NS_PER_S);) /* what was spent is forgotten */
        taken++;
    assert_int_equal(taken, 100);
    arena_close(a);
}

static void deposits_expire(void **state)
{
    (void)state;
    struct arena *a = arena_open();
    struct budget_window b;
    budget_window_open(&b, a, 0.2, 10 * NS_PER_S, 0);
    for (int i = 0; i < 5; i++)
        budget_window_deposit(&b, 500 * NS_PER_MS);
    assert_true(budget_window_take(&b, 500 * NS_PER_MS));
    for (int i = 0; i < 5; i++)
        budget_window_deposit(&b, 11 * NS_PER_S);
    assert_false(budget_window_take(&b, 21 * NS_PER_S));
    arena_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_of_what_is_out_and_always_three),
        cmocka_unit_test(the_fifth_straight_failure_is_not_retried),
        cmocka_unit_test(a_bucket_of_a_tenth_lets_retries_add_a_tenth),
        cmocka_unit_test(a_window_affords_a_fifth_and_ten_a_second),
        cmocka_unit_test(deposits_expire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
