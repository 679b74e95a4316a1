/* test_shed.c - how the limits learn, step by step, and who gets the last slots. */
#include "guard.h"

#include "traffic/concurrency.h"
#include "traffic/shed.h"

#include <math.h>

static const struct concurrency_rule vegas = {
    .limit_first = 20, .limit_min = 1, .limit_max = 1000, .smoothing = 1, .probe_factor = 30
};
static const struct concurrency_rule gradient = { .limit_first = 20,
                                                  .limit_min = 20,
                                                  .limit_max = 200,
                                                  .smoothing = 0.2,
                                                  .queue = 4,
                                                  .tolerance = 1.5,
                                                  .long_window = 600 };

static void near(double got, double wanted)
{
    if (fabs(got - wanted) > 1e-9) fail_msg("%.12g, not %.12g", got, wanted);
}

static void vegas_steps_grow_with_the_limit(void **state)
{
    (void)state;
    assert_int_equal(vegas_step(1), 1);
    assert_int_equal(vegas_step(99.9), 1);
    assert_int_equal(vegas_step(100), 2);
    assert_int_equal(vegas_step(999), 2);
    assert_int_equal(vegas_step(1024), 32);
}

/* One update at the given limit, the shortest round trip being 10 ms. */
static double vegas_after(double limit, int64_t rtt_ms, uint32_t in_flight, bool dropped)
{
    struct concurrency c;
    concurrency_begin(&c, &vegas);
    c.limit = limit;
    c.shortest_ns = 10 * MS;
    vegas_update(&c, &vegas, rtt_ms * MS, in_flight, dropped, 0);
    return c.limit;
}

static void vegas_compares_the_queue_with_alpha_and_beta(void **state)
{
    (void)state;
    near(vegas_after(20, 10, 20, false), 26); /* no queue: up by beta */
    near(vegas_after(20, 11, 20, false), 21); /* 20 * 1/11 = 1.8: two wait, fewer than alpha */
    near(vegas_after(20, 12, 20, false), 20); /* 3.3: four wait, content */
    near(vegas_after(20, 14, 20, false), 20); /* 5.7: six */
    near(vegas_after(20, 15, 20, false), 19); /* 6.7: seven, more than beta */
    near(vegas_after(20, 10, 9, false), 20);  /* half empty: the limit is not what limits */
    near(vegas_after(20, 10, 10, false), 26);
    near(vegas_after(20, 10, 1, true), 19);
    near(vegas_after(200, 20, 200, false), 198);
    near(vegas_after(1, 10, 1, true), 1);
    near(vegas_after(998, 10, 998, false), 1000);
}

static void vegas_learns_the_shortest_round_trip_and_forgets_it_in_time(void **state)
{
    (void)state;
    struct concurrency c;
    concurrency_begin(&c, &vegas);
    vegas_update(&c, &vegas, 30 * MS, 1, false, 0);
    assert_int_equal(c.shortest_ns, 30 * MS);
    vegas_update(&c, &vegas, 10 * MS, 1, false, 0);
    assert_int_equal(c.shortest_ns, 10 * MS);
    for (int i = 2; i < 600 - 1; i++)
        vegas_update(&c, &vegas, 40 * MS, 1, false, 0);
    assert_int_equal(c.shortest_ns, 10 * MS);
    vegas_update(&c, &vegas, 40 * MS, 1, false, 0.5); /* the 600th: 30 x 20 */
    assert_int_equal(c.shortest_ns, 40 * MS);
    near(c.probe_share, 0.75);
}

static void gradient_follows_the_long_average(void **state)
{
    (void)state;
    struct concurrency c;
    concurrency_begin(&c, &gradient);
    for (int i = 0; i < 10; i++)
        gradient2_update(&c, &gradient, 10 * MS, 1);
    near(c.limit, 20); /* hardly used */
    gradient2_update(&c, &gradient, 10 * MS, 20);
    near(c.limit, 20 * 0.8 + 24 * 0.2);
    gradient2_update(&c, &gradient, 15 * MS, 20); /* within the tolerance */
    near(c.long_ns, 10 * MS * (1 - 2 / 601.0) + 15 * MS * 2 / 601.0);
    near(c.limit, 20.8 * 0.8 + 24.8 * 0.2);
    double limit = c.limit = 100, longer = c.long_ns * (1 - 2 / 601.0) + 30 * MS * 2 / 601.0;
    gradient2_update(&c, &gradient, 30 * MS, 100);
    near(c.limit, limit * 0.8 + (limit * 1.5 * longer / (30 * MS) + 4) * 0.2);
    limit = c.limit;
    gradient2_update(&c, &gradient, 3000 * MS, 100); /* never by more than half */
    near(c.limit, limit * 0.8 + (limit * 0.5 + 4) * 0.2);
}

static void gradient_forgets_a_long_average_that_is_far_too_long(void **state)
{
    (void)state;
    struct concurrency c;
    concurrency_begin(&c, &gradient);
    for (int i = 0; i < 10; i++)
        gradient2_update(&c, &gradient, 100 * MS, 1);
    gradient2_update(&c, &gradient, 1 * MS, 1);
    near(c.long_ns, (100 * MS * (1 - 2 / 601.0) + 1 * MS * 2 / 601.0) * 0.95);
}

static void the_last_slots_belong_to_the_important(void **state)
{
    (void)state;
    static const double shares[] = { 0.5, 0.8, 1 };
    assert_true(shed_admits(10, 4, shares, 3, 0));
    assert_false(shed_admits(10, 5, shares, 3, 0));
    assert_true(shed_admits(10, 7, shares, 3, 1));
    assert_false(shed_admits(10, 8, shares, 3, 1));
    assert_true(shed_admits(10, 9, shares, 3, 2));
    assert_true(shed_admits(10, 9, shares, 3, 200));
    assert_false(shed_admits(10, 10, shares, 3, 200));
    assert_true(shed_admits(10, 9, NULL, 0, 0));
    assert_true(shed_admits(1, 0, shares, 3, 0)); /* one may always try */
}

/* ------------------------------------------------------------------------- the filter */

static void calls_over_the_limit_are_shed(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s = guard_open("1ms", 10, "{'kind': 'vegasLimit', 'initialLimit': 4}",
                                       &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 100 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    guard_conserved(s, 10);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 4);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 6);
    small_world_close(s);
    guard_trace_has(&t, "cause=limit 4.000 in_flight=4 priority=0");
    guard_trace_has(&t, "shed.limit");
    guard_trace_close(&t);
}

static void an_outer_timeout_gives_slots_back(void **state)
{
    (void)state;
    struct small_world *s = guard_open(
        "100ms", 10, "'50ms', {'kind': 'gradientLimit', 'initialLimit': 1, 'minLimit': 1}", NULL);
    s->stub.cancels = true;
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 10);
    assert_int_equal(s->stub.offered, 10);
    small_world_close(s);
}

static void timeouts_within_lower_the_limit(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("10ms", 100, "{'kind': 'vegasLimit', 'initialLimit': 5}, '40ms'", NULL);
    s->stub.cancels = true;
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 100);
    /* Five fit at first; at a limit of one, one each 40 ms. */
    assert_in_range(guard_ended(s, OUTCOME_TIMEOUT), 25, 40);
    small_world_close(s);
}

static void shares_reach_the_filter(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1ms", 10, "{'kind': 'gradientLimit', 'shares': ['20%', '100%']}", NULL);
    stub_answers(s, { 100 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 4); /* a fifth of 20: priority 0 */
    small_world_close(s);
}

static void limits_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    guard_refused("{'kind': 'vegasLimit', 'initialLimit': 2000}", "outside 1..1000");
    guard_refused("{'kind': 'vegasLimit', 'minLimit': 50, 'maxLimit': 10}", "swap them?");
    guard_refused("{'kind': 'gradientLimit', 'shares': ['100%', '50%']}", "priority 1 has less");
    guard_refused("{'kind': 'gradientLimit', 'shares': ['120%']}", "shares");
    guard_refused("{'kind': 'gradientLimit', 'rttTolerance': 0.5}", "rttTolerance");
    guard_refused("{'kind': 'vegasLimit', 'longWindow': 5}", "unknown field");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vegas_steps_grow_with_the_limit),
        cmocka_unit_test(vegas_compares_the_queue_with_alpha_and_beta),
        cmocka_unit_test(vegas_learns_the_shortest_round_trip_and_forgets_it_in_time),
        cmocka_unit_test(gradient_follows_the_long_average),
        cmocka_unit_test(gradient_forgets_a_long_average_that_is_far_too_long),
        cmocka_unit_test(the_last_slots_belong_to_the_important),
        cmocka_unit_test(calls_over_the_limit_are_shed),
        cmocka_unit_test(an_outer_timeout_gives_slots_back),
        cmocka_unit_test(timeouts_within_lower_the_limit),
        cmocka_unit_test(shares_reach_the_filter),
        cmocka_unit_test(limits_say_what_is_wrong_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
