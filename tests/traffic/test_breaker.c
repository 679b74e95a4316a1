/* test_breaker.c - the state machine call by call, then the filter in virtual time. */
#include "guard.h"

#include "base/arena.h"
#include "traffic/breaker.h"

/* resilience4j's defaults. */
static const struct breaker_rule r4j = {
    .window = 100,
    .minimum = 100,
    .failure_ratio = 0.5,
    .slow_ratio = 1,
    .slow_ns = 60 * NS_PER_S,
    .open_ns = 60 * NS_PER_S,
    .trials = 10,
};
static const struct breaker_rule hystrix = {
    .timed = true,
    .window = 10,
    .bucket_ns = NS_PER_S,
    .minimum = 20,
    .failure_ratio = 0.5,
    .slow_ratio = 2,
    .slow_ns = TIME_MAX_NS,
    .open_ns = 5 * NS_PER_S,
    .trials = 1,
};

struct scene {
    struct arena *arena;
    struct breaker b;
    const struct breaker_rule *rule;
};

static struct scene scene_open(const struct breaker_rule *rule)
{
    struct scene s = { .arena = arena_open(), .rule = rule };
    breaker_open(&s.b, rule, s.arena);
    return s;
}

static void answer(struct scene *s, uint32_t count, bool failed, int64_t now)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_true(breaker_permits(&s->b, s->rule, now));
        breaker_record(&s->b, s->rule, now, failed, 1 * MS);
    }
}

static void half_of_a_full_window_opens_it_and_less_does_not(void **state)
{
    (void)state;
    struct scene s = scene_open(&r4j);
    answer(&s, 49, true, 0);
    answer(&s, 51, false, 0);
    assert_int_equal(s.b.state, BREAKER_CLOSED); /* 49 % */
    answer(&s, 49, true, 0);                     /* they push out the 49 before */
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    answer(&s, 1, true, 0);
    assert_int_equal(s.b.state, BREAKER_OPEN);
    assert_int_equal(s.b.judged.failures, 50);
    assert_int_equal(s.b.judged.calls, 100);
    arena_close(s.arena);
}

static void fewer_than_the_minimum_are_not_judged(void **state)
{
    (void)state;
    struct scene s = scene_open(&r4j);
    answer(&s, 99, true, 0);
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    answer(&s, 1, false, 0);
    assert_int_equal(s.b.state, BREAKER_OPEN);
    arena_close(s.arena);
}

static void a_window_smaller_than_the_minimum_is_judged_when_full(void **state)
{
    (void)state;
    struct breaker_rule rule = r4j;
    rule.window = 5;
    struct scene s = scene_open(&rule);
    answer(&s, 4, true, 0);
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    answer(&s, 1, true, 0);
    assert_int_equal(s.b.state, BREAKER_OPEN);
    arena_close(s.arena);
}

static void open_refuses_until_its_time_then_tries_ten(void **state)
{
    (void)state;
    struct scene s = scene_open(&r4j);
    answer(&s, 100, true, 0);
    assert_false(breaker_permits(&s.b, &r4j, 60 * NS_PER_S - 1));
    for (int i = 0; i < 10; i++)
        assert_true(breaker_permits(&s.b, &r4j, 60 * NS_PER_S));
    assert_int_equal(s.b.state, BREAKER_HALF_OPEN);
    assert_false(breaker_permits(&s.b, &r4j, 60 * NS_PER_S));
    for (int i = 0; i < 10; i++) { /* 5 of 10 failed: at the threshold */
        assert_int_equal(s.b.state, BREAKER_HALF_OPEN);
        breaker_record(&s.b, &r4j, 61 * NS_PER_S, i < 5, 1 * MS);
    }
    assert_int_equal(s.b.state, BREAKER_OPEN);
    assert_false(breaker_permits(&s.b, &r4j, 121 * NS_PER_S - 1)); /* anew from the 61st second */
    answer(&s, 6, false, 121 * NS_PER_S);
    answer(&s, 4, true, 121 * NS_PER_S);
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    answer(&s, 99, true, 121 * NS_PER_S); /* its window began empty */
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    arena_close(s.arena);
}

static void a_trial_that_got_no_answer_may_be_made_again(void **state)
{
    (void)state;
    struct scene s = scene_open(&r4j);
    answer(&s, 100, true, 0);
    for (int i = 0; i < 10; i++)
        assert_true(breaker_permits(&s.b, &r4j, 60 * NS_PER_S));
    assert_false(breaker_permits(&s.b, &r4j, 60 * NS_PER_S));
    breaker_release(&s.b);
    assert_true(breaker_permits(&s.b, &r4j, 60 * NS_PER_S));
    arena_close(s.arena);
}

static void only_slow_calls_longer_than_the_limit_count(void **state)
{
    (void)state;
    struct breaker_rule rule = r4j;
    rule.slow_ratio = 0.5;
    rule.slow_ns = 100 * MS;
    struct scene s = scene_open(&rule);
    for (int i = 0; i < 100; i++)
        breaker_record(&s.b, &rule, 0, false, 100 * MS);
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    for (int i = 0; i < 50; i++)
        breaker_record(&s.b, &rule, 0, false, 100 * MS + 1);
    assert_int_equal(s.b.state, BREAKER_OPEN);
    assert_int_equal(s.b.judged.slow, 50);
    arena_close(s.arena);
}

static void a_window_of_time_forgets_by_whole_buckets(void **state)
{
    (void)state;
    struct scene s = scene_open(&hystrix);
    answer(&s, 19, true, 0);
    answer(&s, 1, false, 10 * NS_PER_S); /* the first bucket has just left */
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    assert_int_equal(breaker_counts(&s.b, &hystrix).calls, 1);
    answer(&s, 18, true, 19 * NS_PER_S);
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    answer(&s, 1, false, 20 * NS_PER_S - 1);
    assert_int_equal(s.b.state, BREAKER_OPEN);
    assert_int_equal(s.b.judged.failures, 18);
    assert_int_equal(s.b.judged.calls, 20);
    arena_close(s.arena);
}

static void hystrix_tries_one_call(void **state)
{
    (void)state;
    struct scene s = scene_open(&hystrix);
    answer(&s, 20, true, 0);
    assert_false(breaker_permits(&s.b, &hystrix, 5 * NS_PER_S - 1));
    assert_true(breaker_permits(&s.b, &hystrix, 5 * NS_PER_S));
    assert_false(breaker_permits(&s.b, &hystrix, 5 * NS_PER_S));
    breaker_record(&s.b, &hystrix, 5 * NS_PER_S, true, 0);
    assert_int_equal(s.b.state, BREAKER_OPEN);
    answer(&s, 1, false, 10 * NS_PER_S);
    assert_int_equal(s.b.state, BREAKER_CLOSED);
    assert_int_equal(breaker_counts(&s.b, &hystrix).calls, 0);
    arena_close(s.arena);
}

/* ------------------------------------------------------------------------- the filter */

#define SMALL                                                                                      \
    "{'kind': 'breaker', 'slidingWindowSize': 4, 'minimumNumberOfCalls': 4, "                      \
    "'waitDurationInOpenState': '5s', 'permittedNumberOfCallsInHalfOpenState': 2}"

static void an_open_breaker_refuses_until_it_has_rested(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s =
        guard_open("1s", 12, SMALL, &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 1 * MS, OUTCOME_ERROR }, { 1 * MS, OUTCOME_OK }, { 1 * MS, OUTCOME_ERROR },
                 { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_MIN);
    /* Sent at 0, 1, 2, 3; open from 3.001 to 8.001; tried at 9 and 10, then closed. */
    guard_conserved(s, 12);
    assert_int_equal(s->stub.offered, 7);
    assert_int_equal(s->stub.offers[4].at_ns, 9 * NS_PER_S);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 5);
    small_world_close(s); /* which writes the trace out */
    guard_trace_has(&t, "2 failed and 0 slow of 4 calls");
    guard_trace_has(&t, "breaker.reject");
    guard_trace_has(&t, "cause=open");
    guard_trace_has(&t, "rested");
    guard_trace_has(&t, "0 failed and 0 slow of 2 calls");
    guard_trace_close(&t);
}

static void a_breaker_sees_timeouts_within_it_but_not_outside(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1s", 9, SMALL ", '100ms'", NULL);
    s->stub.cancels = true;
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 4);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 5);
    guard_conserved(s, 9);
    small_world_close(s);
    s = guard_open("1s", 9, "'100ms', " SMALL, NULL);
    s->stub.cancels = true;
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 9);
    guard_conserved(s, 9);
    small_world_close(s);
}

static void time_is_taken_from_when_the_call_was_let_out(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1s", 6,
                   "{'kind': 'breaker', 'slidingWindowSize': 4, 'minimumNumberOfCalls': 4, "
                   "'slowCallDurationThreshold': '200ms'}",
                   NULL);
    stub_answers(s, { 200 * MS + 1, OUTCOME_OK });
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 4);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 2);
    small_world_close(s);
}

static void what_is_not_listed_is_no_failure(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1s", 9,
                                       "{'kind': 'hystrix', 'requestVolumeThreshold': 2, "
                                       "'on': ['timeout']}",
                                       NULL);
    stub_answers(s, { 1 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_ERROR), 9);
    small_world_close(s);
}

static void breakers_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    guard_refused("{'kind': 'breaker', 'failureRateThreshold': 0}", "failureRateThreshold");
    guard_refused("{'kind': 'breaker', 'failureRateThreshold': '101%'}", "failureRateThreshold");
    guard_refused("{'kind': 'breaker', 'slidingWindowSize': 0}", "slidingWindowSize");
    guard_refused("{'kind': 'breaker', 'slidingWindowType': 'tim'}", "did you mean 'time'?");
    guard_refused("{'kind': 'breaker', 'slidingWindowType': 'time', 'slidingWindowSize': 3601}",
                  "at most 3600 seconds");
    guard_refused("{'kind': 'breaker', 'on': []}", "no outcome is counted");
    guard_refused("{'kind': 'breaker', 'waitDurationInOpenState': 60}", "unit");
    guard_refused("{'kind': 'hystrix', 'rollingWindow': '10s', 'buckets': 7}", "whole number");
    guard_refused("{'kind': 'hystrix', 'sleepWindw': '10s'}", "did you mean 'sleepWindow'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_a_full_window_opens_it_and_less_does_not),
        cmocka_unit_test(fewer_than_the_minimum_are_not_judged),
        cmocka_unit_test(a_window_smaller_than_the_minimum_is_judged_when_full),
        cmocka_unit_test(open_refuses_until_its_time_then_tries_ten),
        cmocka_unit_test(a_trial_that_got_no_answer_may_be_made_again),
        cmocka_unit_test(only_slow_calls_longer_than_the_limit_count),
        cmocka_unit_test(a_window_of_time_forgets_by_whole_buckets),
        cmocka_unit_test(hystrix_tries_one_call),
        cmocka_unit_test(an_open_breaker_refuses_until_it_has_rested),
        cmocka_unit_test(a_breaker_sees_timeouts_within_it_but_not_outside),
        cmocka_unit_test(time_is_taken_from_when_the_call_was_let_out),
        cmocka_unit_test(what_is_not_listed_is_no_failure),
        cmocka_unit_test(breakers_say_what_is_wrong_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
