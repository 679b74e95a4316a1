/* test_outlier.c - Envoy's rules of ejection: when, for how long, how many at once. */
#include "traffic/outlier.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define S INT64_C(1000000000)

static const struct outlier_rule defaults = {
    .consecutive_5xx = 5,
    .interval_ns = 10 * S,
    .base_ns = 30 * S,
    .most_ns = 300 * S,
    .ejected_ratio_max = 0.1,
    .always_one = true,
    .success_rate = true,
    .success_hosts_min = 5,
    .success_volume_min = 100,
    .success_stdev_factor = 1.9,
};

static void the_fifth_failure_in_a_row_is_one_too_many(void **state)
{
    (void)state;
    struct outlier_host h = { 0 };
    for (int i = 0; i < 4; i++)
        assert_int_equal(outlier_answer(&defaults, &h, OUTCOME_ERROR), EJECTION_NONE);
    assert_int_equal(outlier_answer(&defaults, &h, OUTCOME_OK), EJECTION_NONE);
    for (int i = 0; i < 4; i++)
        assert_int_equal(outlier_answer(&defaults, &h, OUTCOME_TIMEOUT), EJECTION_NONE);
    assert_int_equal(outlier_answer(&defaults, &h, OUTCOME_ERROR), EJECTION_5XX);
    assert_int_equal(outlier_answer(&defaults, &h, OUTCOME_ERROR), EJECTION_NONE); /* counts anew */
    assert_int_equal(h.total, 11);
    assert_int_equal(h.ok, 1);
}

static void errors_of_the_application_are_no_gateway_errors(void **state)
{
    (void)state;
    struct outlier_rule rule = defaults;
    rule.consecutive_5xx = 0;
    rule.consecutive_gateway = 2;
    struct outlier_host h = { 0 };
    for (int i = 0; i < 10; i++)
        assert_int_equal(outlier_answer(&rule, &h, OUTCOME_ERROR), EJECTION_NONE);
    assert_int_equal(outlier_answer(&rule, &h, OUTCOME_CRASHED), EJECTION_NONE);
    assert_int_equal(outlier_answer(&rule, &h, OUTCOME_UNAVAILABLE), EJECTION_GATEWAY);
}

static void a_tenth_may_be_ejected_but_always_one(void **state)
{
    (void)state;
    assert_true(outlier_may_eject(&defaults, 0, 3));
    assert_false(outlier_may_eject(&defaults, 1, 3));
    assert_false(outlier_may_eject(&defaults, 1, 19));
    assert_true(outlier_may_eject(&defaults, 1, 20));
    assert_false(outlier_may_eject(&defaults, 2, 20));
    struct outlier_rule none = defaults;
    none.always_one = false;
    assert_false(outlier_may_eject(&none, 0, 9));
    assert_true(outlier_may_eject(&none, 0, 10));
}

static void each_ejection_lasts_a_base_time_longer_up_to_five_minutes(void **state)
{
    (void)state;
    struct outlier_host h = { 0 };
    int64_t now = 0;
    for (int64_t times = 1; times <= 14; times++) {
        outlier_eject(&defaults, &h, now);
        int64_t wanted = 30 * S * times < 300 * S ? 30 * S * times : 300 * S;
        assert_int_equal(outlier_term_ns(&defaults, &h), wanted);
        assert_false(outlier_sweep(&defaults, &h, now + wanted - 1));
        assert_true(outlier_sweep(&defaults, &h, now + wanted));
        now += wanted;
    }
}

static void a_sweep_in_use_forgives_one_time(void **state)
{
    (void)state;
    struct outlier_host h = { 0 };
    outlier_eject(&defaults, &h, 0);
    assert_true(outlier_sweep(&defaults, &h, 30 * S));
    outlier_eject(&defaults, &h, 30 * S);
    assert_true(outlier_sweep(&defaults, &h, 90 * S));
    assert_int_equal(h.times, 2);
    assert_false(outlier_sweep(&defaults, &h, 100 * S));
    assert_false(outlier_sweep(&defaults, &h, 110 * S));
    assert_false(outlier_sweep(&defaults, &h, 120 * S));
    assert_int_equal(h.times, 0);
    outlier_eject(&defaults, &h, 130 * S);
    assert_int_equal(outlier_term_ns(&defaults, &h), 30 * S);
}

static void who_is_far_behind_the_others_success_is_ejected(void **state)
{
    (void)state;
    static const double rates[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.5 };
    double floor = outlier_success_floor(&defaults, rates, 10); /* mean .95, deviation .15 */
    assert_true(fabs(floor - (0.95 - 1.9 * 0.15)) < 1e-12);
    assert_true(rates[9] < floor);
    assert_true(outlier_success_floor(&defaults, rates, 4) < 0); /* too few to compare */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fifth_failure_in_a_row_is_one_too_many),
        cmocka_unit_test(errors_of_the_application_are_no_gateway_errors),
        cmocka_unit_test(a_tenth_may_be_ejected_but_always_one),
        cmocka_unit_test(each_ejection_lasts_a_base_time_longer_up_to_five_minutes),
        cmocka_unit_test(a_sweep_in_use_forgives_one_time),
        cmocka_unit_test(who_is_far_behind_the_others_success_is_ejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
