/* test_ratelimit.c - each algorithm's sequence, the loss of Poisson traffic, and the filter. */
#include "guard.h"

#include "orrery/rng.h"
#include "traffic/ratelimit.h"

#define REJECT RATELIMIT_REJECT

/* 10/s. */
static struct ratelimit_rule rule_of(enum ratelimit_algorithm algorithm, uint32_t burst)
{
    return (struct ratelimit_rule){ .algorithm = algorithm,
                                    .interval_ns = 100 * MS,
                                    .burst = burst,
                                    .window_ns = NS_PER_S,
                                    .window_calls = 10 };
}

static void take(struct ratelimit *l, const struct ratelimit_rule *rule, int64_t now, int64_t wait)
{
    int64_t got = ratelimit_take(l, rule, now);
    if (got != wait)
        fail_msg("at %lld: %lld, not %lld", (long long)now, (long long)got, (long long)wait);
}

static void bucket_and_gcra_let_a_burst_through_and_then_one_an_interval(void **state)
{
    (void)state;
    static const enum ratelimit_algorithm both[] = { RATELIMIT_TOKEN_BUCKET, RATELIMIT_GCRA };
    for (int i = 0; i < 2; i++) {
        struct ratelimit_rule rule = rule_of(both[i], 3);
        struct ratelimit l = { 0 };
        for (int k = 0; k < 3; k++)
            take(&l, &rule, 5 * MS, 0);
        take(&l, &rule, 5 * MS, REJECT);
        take(&l, &rule, 105 * MS - 1, REJECT);
        take(&l, &rule, 105 * MS, 0);
        take(&l, &rule, 105 * MS, REJECT);
        take(&l, &rule, 10 * NS_PER_S, 0); /* full again, and no fuller */
        take(&l, &rule, 10 * NS_PER_S, 0);
        take(&l, &rule, 10 * NS_PER_S, 0);
        take(&l, &rule, 10 * NS_PER_S, REJECT);
    }
}

static void bucket_and_gcra_are_the_same_thing(void **state)
{
    (void)state;
    struct rng r = rng_open(3);
    for (uint32_t burst = 1; burst < 9; burst++) {
        struct ratelimit_rule a = rule_of(RATELIMIT_TOKEN_BUCKET, burst);
        struct ratelimit_rule b = rule_of(RATELIMIT_GCRA, burst);
        a.wait_ns_max = b.wait_ns_max = burst % 2 ? 0 : 150 * MS;
        struct ratelimit one = { 0 }, other = { 0 };
        int64_t now = 0;
        for (int i = 0; i < 20000; i++) {
            now += rng_below(&r, 150) * MS;
            take(&other, &b, now, ratelimit_take(&one, &a, now));
        }
    }
}

static void who_waits_pushes_back_those_after(void **state)
{
    (void)state;
    struct ratelimit_rule rule = rule_of(RATELIMIT_TOKEN_BUCKET, 1);
    rule.wait_ns_max = 250 * MS;
    struct ratelimit l = { 0 };
    take(&l, &rule, 0, 0);
    take(&l, &rule, 0, 100 * MS);
    take(&l, &rule, 0, 200 * MS);
    take(&l, &rule, 0, REJECT); /* would be 300 */
    take(&l, &rule, 60 * MS, 240 * MS);
}

static void a_leaky_bucket_spaces_calls_evenly(void **state)
{
    (void)state;
    struct ratelimit_rule rule = rule_of(RATELIMIT_LEAKY_BUCKET, 2);
    struct ratelimit l = { 0 };
    take(&l, &rule, 0, 0);
    take(&l, &rule, 0, 100 * MS);
    take(&l, &rule, 0, 200 * MS);
    take(&l, &rule, 0, REJECT);
    take(&l, &rule, 100 * MS, 200 * MS);
    take(&l, &rule, NS_PER_S, 0);
}

static void a_sliding_window_remembers_the_last_one_in_part(void **state)
{
    (void)state;
    struct ratelimit_rule rule = rule_of(RATELIMIT_SLIDING_WINDOW, 1);
    struct ratelimit l = { 0 };
    for (int i = 0; i < 10; i++)
        take(&l, &rule, 900 * MS, 0);
    take(&l, &rule, 900 * MS, REJECT);
    take(&l, &rule, 1000 * MS, REJECT); /* all ten still count */
    take(&l, &rule, 1100 * MS, 0);      /* nine of them */
    take(&l, &rule, 1100 * MS, REJECT);
    for (int i = 0; i < 4; i++)
        take(&l, &rule, 1500 * MS, 0); /* 5 + 5 */
    take(&l, &rule, 1500 * MS, REJECT);
    for (int i = 0; i < 10; i++)
        take(&l, &rule, 5000 * MS, 0);
}

static void a_fixed_window_lets_twice_as_many_pass_around_its_end(void **state)
{
    (void)state;
    struct ratelimit_rule rule = rule_of(RATELIMIT_FIXED_WINDOW, 1);
    struct ratelimit l = { 0 };
    for (int64_t now = 999 * MS; now <= 1000 * MS; now += MS) {
        for (int i = 0; i < 10; i++)
            take(&l, &rule, now, 0);
        take(&l, &rule, now, REJECT);
    }
}

/* The bucket's shortage is the work in an M/D/1/K queue: what is refused is what that one blocks.
 */
static void poisson_traffic_loses_what_the_theory_says(void **state)
{
    (void)state;
    static const struct {
        double load, refused;
        uint32_t burst;
    } rows[] = { { 0.8, 0.444444444, 1 },
                 { 0.8, 0.0352903964, 5 },
                 { 1.0, 0.0508474576, 10 },
                 { 1.5, 0.338448809, 5 },
                 { 2.0, 0.5, 20 } };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ratelimit_rule rule = { .algorithm = RATELIMIT_GCRA,
                                       .interval_ns = NS_PER_S,
                                       .burst = rows[i].burst };
        struct ratelimit l = { 0 };
        struct rng r = rng_open(20 + i);
        uint32_t refused = 0, calls = 2000000;
        int64_t now = 0;
        for (uint32_t k = 0; k < calls; k++) {
            now += (int64_t)(rng_exponential(&r) / rows[i].load * 1e9);
            refused += ratelimit_take(&l, &rule, now) == REJECT;
        }
        double got = (double)refused / calls;
        if (got < rows[i].refused * 0.98 || got > rows[i].refused * 1.02)
            fail_msg("load %g burst %u: %g, not %g", rows[i].load, rows[i].burst, got,
                     rows[i].refused);
    }
}

/* ------------------------------------------------------------------------- the filter */

static void the_filter_refuses_or_makes_wait(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s = guard_open("25ms", 9, "{'kind': 'rateLimit', 'rate': '10/s'}",
                                       &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 9);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 3); /* 0, 100, 200 */
    small_world_close(s);
    guard_trace_has(&t, "ratelimit.reject");
    guard_trace_has(&t, "cause=tokenBucket of 10/s");
    guard_trace_close(&t);
    s = guard_open("25ms", 9, "{'kind': 'rateLimit', 'rate': '10/s', 'maxWait': '1s'}", NULL);
    stub_answers(s, { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 9);
    for (uint32_t i = 0; i < 9; i++)
        assert_int_equal(s->stub.offers[i].at_ns, 100 * MS * i);
    small_world_close(s);
}

static void a_turn_is_lost_with_who_gave_up(void **state)
{
    (void)state;
    struct small_world *s = guard_open(
        "25ms", 9, "'150ms', {'kind': 'rateLimit', 'rate': '10/s', 'maxWait': '1s'}", NULL);
    stub_answers(s, { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 9); /* the waits are 0, 75, 150... */
    assert_int_equal(guard_ended(s, OUTCOME_OK), 2);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 7);
    small_world_close(s);
}

static void limits_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    guard_refused("{'kind': 'rateLimit'}", "rate");
    guard_refused("{'kind': 'rateLimit', 'rate': 5}", "rate");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'burst': 0}", "burst");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'algorithm': 'gcr'}", "'gcra'");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'algorithm': 'slidingWindow', "
                  "'window': '100ms'}",
                  "0.5 calls in a window");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'algorithm': 'fixedWindow', "
                  "'maxWait': '1s'}",
                  "lets no call wait");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'algorithm': 'leakyBucket', "
                  "'maxWait': '1s'}",
                  "holds calls back anyway");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'window': '1s'}", "window: a tokenBucket has none");
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'algorithm': 'fixedWindow', 'burst': 3}",
                  "burst: a fixedWindow has none");
    guard_refused("{'kind': 'rateLimit', 'rate': '1/h', 'burst': 1000000}", "ten years");
}

/* ------------------------------------------------------------------------- several that count together */

/* How many of `calls`, one each gap in turn by `count` instances, pass in one window of 100. */
static uint32_t passed_apart(uint32_t count, int64_t sync_ns, int64_t gap_ns, uint32_t calls)
{
    static const struct ratelimit_rule rule = { .algorithm = RATELIMIT_FIXED_WINDOW,
                                                .window_ns = 10 * NS_PER_S,
                                                .window_calls = 100 };
    struct ratelimit_all all = { 0 };
    struct ratelimit_own own[8] = { 0 };
    uint32_t passed = 0;
    for (uint32_t i = 0; i < calls; i++)
        passed += ratelimit_take_apart(&all, &own[i % count], &rule, sync_ns, i * gap_ns);
    return passed;
}

static void instances_that_tell_each_other_late_let_more_through(void **state)
{
    (void)state;
    /* A call each ms, for 9 s. Told each ms: the limit and no more. Told once a second: 1000 calls
     * before the first telling, of which each of four lets its own 100 through. */
    assert_int_equal(passed_apart(4, 1 * MS, 1 * MS, 9000), 100);
    assert_int_equal(passed_apart(4, 1000 * MS, 1 * MS, 9000), 400);
    assert_int_equal(passed_apart(1, 1000 * MS, 1 * MS, 9000), 100);
    /* A call each 50 ms: 20 in the first second, all told by its end, and so on: five seconds. */
    assert_int_equal(passed_apart(4, 1000 * MS, 50 * MS, 180), 100);
    /* Each 7 ms with a telling each second: what passes in the second of the limit is too much. */
    assert_in_range(passed_apart(4, 1000 * MS, 7 * MS, 1200), 101, 243);
}

static void a_new_window_begins_with_nothing_told(void **state)
{
    (void)state;
    static const struct ratelimit_rule rule = { .algorithm = RATELIMIT_FIXED_WINDOW,
                                                .window_ns = NS_PER_S,
                                                .window_calls = 1 };
    struct ratelimit_all all = { 0 };
    struct ratelimit_own own[2] = { 0 };
    assert_true(ratelimit_take_apart(&all, &own[0], &rule, 300 * MS, 0));
    assert_true(ratelimit_take_apart(&all, &own[1], &rule, 300 * MS, 299 * MS)); /* not told yet */
    assert_false(ratelimit_take_apart(&all, &own[1], &rule, 300 * MS, 300 * MS));
    assert_true(ratelimit_take_apart(&all, &own[1], &rule, 300 * MS, 1000 * MS));
    assert_false(ratelimit_take_apart(&all, &own[1], &rule, 300 * MS, 1001 * MS));
}

static void only_a_shared_fixed_window_is_counted_together(void **state)
{
    (void)state;
    guard_refused("{'kind': 'rateLimit', 'rate': '5/s', 'syncEvery': '1s'}",
                  "syncEvery: only callers that share a fixed window count together");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bucket_and_gcra_let_a_burst_through_and_then_one_an_interval),
        cmocka_unit_test(bucket_and_gcra_are_the_same_thing),
        cmocka_unit_test(who_waits_pushes_back_those_after),
        cmocka_unit_test(a_leaky_bucket_spaces_calls_evenly),
        cmocka_unit_test(a_sliding_window_remembers_the_last_one_in_part),
        cmocka_unit_test(a_fixed_window_lets_twice_as_many_pass_around_its_end),
        cmocka_unit_test(poisson_traffic_loses_what_the_theory_says),
        cmocka_unit_test(the_filter_refuses_or_makes_wait),
        cmocka_unit_test(a_turn_is_lost_with_who_gave_up),
        cmocka_unit_test(limits_say_what_is_wrong_with_them),
        cmocka_unit_test(instances_that_tell_each_other_late_let_more_through),
        cmocka_unit_test(a_new_window_begins_with_nothing_told),
        cmocka_unit_test(only_a_shared_fixed_window_is_counted_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
