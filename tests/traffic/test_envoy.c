/* test_envoy.c - Envoy's rules against the figures of its documentation. */
#include "traffic/envoy.h"

#include "orrery/time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void loads(const uint32_t *healthy, uint32_t n, const uint32_t *wanted)
{
    static const uint32_t backends[4] = { 100, 100, 100, 100 };
    uint32_t load[4];
    assert_true(
        envoy_priority_load(healthy, backends, n, ENVOY_OVERPROVISIONING_PERCENT, load, NULL));
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(load[i], wanted[i]);
}
#define LOADS(healthy, wanted)                                                                     \
    loads((uint32_t[]){ healthy }, sizeof((uint32_t[]){ healthy }) / sizeof(uint32_t),             \
          (uint32_t[]){ wanted })
#define AND , /* keeps a list together in a macro's argument */

static void a_level_keeps_its_load_down_to_72_percent(void **state)
{
    (void)state;
    LOADS(100 AND 100, 100 AND 0);
    LOADS(72 AND 72, 100 AND 0);
    LOADS(71 AND 71, 99 AND 1);
    LOADS(50 AND 100, 70 AND 30);
    LOADS(25 AND 100, 35 AND 65);
    LOADS(25 AND 25, 50 AND 50);
    LOADS(0 AND 100, 0 AND 100);
}

static void three_levels_overflow_one_into_the_next(void **state)
{
    (void)state;
    LOADS(100 AND 100 AND 100, 100 AND 0 AND 0);
    LOADS(25 AND 25 AND 100, 35 AND 35 AND 30);
    LOADS(20 AND 20 AND 10, 40 AND 40 AND 20);
    LOADS(10 AND 10 AND 10, 34 AND 33 AND 33); /* the rest of the division to the first */
}

static void nobody_healthy_is_said(void **state)
{
    (void)state;
    uint32_t healthy[] = { 0, 0 }, backends[] = { 5, 5 }, load[2], total;
    assert_false(envoy_priority_load(healthy, backends, 2, 140, load, &total));
    assert_int_equal(total, 0);
    assert_int_equal(load[0] + load[1], 0);
}

static void a_share_of_seven_is_not_rounded_before_it_is_provided_for(void **state)
{
    (void)state;
    uint32_t healthy[] = { 5, 3 }, backends[] = { 7, 3 }, load[2], total;
    assert_true(envoy_priority_load(healthy, backends, 2, 140, load, &total));
    assert_int_equal(load[0], 100); /* 1.4 * 5 / 7 = 1 */
    assert_int_equal(total, 100);
}

static void where_health_is_not_heeded_levels_count_by_their_size(void **state)
{
    (void)state;
    uint32_t backends[] = { 2, 1 }, load[2];
    envoy_panic_load(backends, 2, load);
    assert_int_equal(load[0], 67);
    assert_int_equal(load[1], 33);
}

static void panic_begins_below_half(void **state)
{
    (void)state;
    assert_false(envoy_panics(5, 10, ENVOY_PANIC_PERCENT));
    assert_true(envoy_panics(4, 10, ENVOY_PANIC_PERCENT));
    assert_true(envoy_panics(0, 10, ENVOY_PANIC_PERCENT));
    assert_false(envoy_panics(0, 10, 0));
}

static void calls_out_make_a_backend_weigh_less(void **state)
{
    (void)state;
    assert_true(envoy_least_request_weight(2, 4, 1) == 0.4);
    assert_true(envoy_least_request_weight(2, 4, 0) == 2);
    assert_true(fabs(envoy_least_request_weight(9, 2, 2) - 1) < 1e-12);
    assert_true(envoy_least_request_weight(3, 0, 1.5) == 3);
}

static void a_newcomer_gets_its_share_little_by_little(void **state)
{
    (void)state;
    static const double rows[][2] = { { 1, 0.1 },  { 6, 0.1 },   { 15, 0.25 },
                                      { 30, 0.5 }, { 45, 0.75 }, { 60, 1 } };
    for (int i = 0; i < 6; i++)
        assert_true(envoy_slow_start_factor((int64_t)(rows[i][0] * 1e9), NS_PER_MIN, 1, 0.1) ==
                    rows[i][1]);
    assert_true(envoy_slow_start_factor(0, 10 * NS_PER_S, 1, 0) == 0.1); /* at least a second */
    double half = envoy_slow_start_factor(30 * NS_PER_S, NS_PER_MIN, 2, 0.1);
    assert_true(fabs(half - sqrt(0.5)) < 1e-12);
    assert_true(envoy_slow_start_factor(500 * NS_PER_MS, 900 * NS_PER_MS, 1, 0.1) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_keeps_its_load_down_to_72_percent),
        cmocka_unit_test(three_levels_overflow_one_into_the_next),
        cmocka_unit_test(nobody_healthy_is_said),
        cmocka_unit_test(a_share_of_seven_is_not_rounded_before_it_is_provided_for),
        cmocka_unit_test(where_health_is_not_heeded_levels_count_by_their_size),
        cmocka_unit_test(panic_begins_below_half),
        cmocka_unit_test(calls_out_make_a_backend_weigh_less),
        cmocka_unit_test(a_newcomer_gets_its_share_little_by_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
