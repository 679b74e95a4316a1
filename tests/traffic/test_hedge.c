/* test_hedge.c - a second attempt before the first has answered: when it is sent, which answer
 * counts, what it costs. */
#include "guard.h"

#include "flow/flow.h"

static struct small_world *hedge_open(const char *fields)
{
    char filter[500];
    snprintf(filter, sizeof filter, "{'kind': 'hedge', %s}", fields);
    return guard_open("1s", 1, filter, &(struct small_options){ .pods = 3 });
}

static void assert_over(struct small_world *s, enum outcome outcome, int64_t after_ns)
{
    const struct meter *m = &client_get(&s->w, 0)->meter;
    assert_int_equal(meter_count(m, outcome), 1);
    assert_int_equal(outcome == OUTCOME_OK ? m->latency.max : m->failed.max, after_ns);
}

static void assert_sent(const struct small_world *s, uint32_t count, const int64_t *at_ms)
{
    assert_int_equal(s->stub.offered, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(s->stub.offers[i].at_ns, at_ms[i] * MS);
        assert_int_equal(s->stub.offers[i].attempt, i);
    }
}
#define SENT(s, ...)                                                                               \
    assert_sent(s, sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t), (int64_t[]){ __VA_ARGS__ })

static void the_next_attempt_goes_out_after_the_delay(void **state)
{
    (void)state;
    struct small_world *s = hedge_open("'delay': '10ms', 'maxAttempts': 4");
    stub_answers(s, { 35 * MS, OUTCOME_OK }, { TIME_NEVER, OUTCOME_OK });
    s->stub.cancels = true;
    small_world_run(s, NS_PER_S);
    SENT(s, 0, 10, 20, 30);
    assert_over(s, OUTCOME_OK, 35 * MS);
    assert_int_equal(s->stub.cancelled, 3);
    guard_conserved(s, 1);
    small_world_close(s);
}

static void an_answer_in_time_needs_no_second(void **state)
{
    (void)state;
    struct small_world *s = hedge_open("'delay': '10ms'");
    stub_answers(s, { 9 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    SENT(s, 0);
    small_world_close(s);
}

static void without_delay_all_go_out_at_once(void **state)
{
    (void)state;
    struct small_world *s = hedge_open("'delay': '0s', 'maxAttempts': 3");
    stub_answers(s, { 30 * MS, OUTCOME_OK }, { 20 * MS, OUTCOME_OK }, { 25 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    SENT(s, 0, 0, 0);
    assert_over(s, OUTCOME_OK, 20 * MS);
    guard_conserved(s, 1);
    small_world_close(s);
}

static void any_answer_is_the_answer_unless_it_is_not_fatal(void **state)
{
    (void)state;
    struct small_world *s = hedge_open("'delay': '10ms', 'maxAttempts': 3");
    stub_answers(s, { 15 * MS, OUTCOME_ERROR }, { 30 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_ERROR, 15 * MS);
    small_world_close(s);
}

static void after_a_failure_that_is_not_fatal_the_next_goes_out_at_once(void **state)
{
    (void)state;
    struct small_world *s =
        hedge_open("'delay': '10ms', 'maxAttempts': 4, 'nonFatal': ['unavailable']");
    stub_answers(s, { 3 * MS, OUTCOME_UNAVAILABLE }, { 4 * MS, OUTCOME_UNAVAILABLE },
                 { TIME_NEVER, OUTCOME_OK }, { 2 * MS, OUTCOME_OK });
    s->stub.cancels = true;
    small_world_run(s, NS_PER_S);
    SENT(s, 0, 3, 7, 17); /* the delay counts from the latest attempt */
    assert_over(s, OUTCOME_OK, 19 * MS);
    guard_conserved(s, 1);
    small_world_close(s);
}

static void when_all_have_failed_the_last_failure_is_the_answer(void **state)
{
    (void)state;
    struct small_world *s = hedge_open(
        "'delay': '10ms', 'maxAttempts': 3, 'nonFatal': ['unavailable', 'overloaded']");
    stub_answers(s, { 25 * MS, OUTCOME_UNAVAILABLE }, { 20 * MS, OUTCOME_OVERLOADED },
                 { 9 * MS, OUTCOME_UNAVAILABLE });
    small_world_run(s, NS_PER_S);
    SENT(s, 0, 10, 20);
    assert_over(s, OUTCOME_OVERLOADED, 30 * MS);
    guard_conserved(s, 1);
    small_world_close(s);
}

static void at_once_and_failing_at_once_it_goes_on_to_the_last(void **state)
{
    (void)state;
    struct small_world *s =
        hedge_open("'delay': '0s', 'maxAttempts': 5, 'nonFatal': ['unavailable']");
    stub_answers(s, { 0, OUTCOME_UNAVAILABLE });
    small_world_run(s, NS_PER_S);
    SENT(s, 0, 0, 0, 0, 0);
    assert_over(s, OUTCOME_UNAVAILABLE, 0);
    guard_conserved(s, 1);
    small_world_close(s);
}

static void the_delay_is_learned_from_the_calls_themselves(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1s", 300, "{'kind': 'hedge', 'quantile': '90%', 'minimumCalls': 100}",
                   &(struct small_options){ .pods = 3 });
    static struct stub_answer answers[500];
    for (uint32_t i = 0; i < 500; i++) /* of every ten one takes 90 ms, the others 1 .. 9 */
        answers[i] = (struct stub_answer){ (i % 10 ? i % 10 : 90) * MS, OUTCOME_OK };
    s->stub.answers = answers;
    s->stub.answer_count = 500;
    small_world_run(s, 99 * NS_PER_S + 950 * MS);
    assert_int_equal(s->stub.offered, 100); /* it has only looked so far */
    small_world_run(s, 400 * NS_PER_S);
    assert_in_range(s->stub.offered, 315, 345);
    guard_conserved(s, 300);
    small_world_close(s);
}

static void the_budget_bounds_what_hedges_add(void **state)
{
    (void)state;
    struct small_world *s = guard_open(
        "100ms", 1000, "{'kind': 'hedge', 'delay': '10ms', 'budget': '5%'}",
        &(struct small_options){ .pods = 3 });
    stub_answers(s, { 50 * MS, OUTCOME_OK });
    small_world_run(s, 200 * NS_PER_S);
    assert_in_range(s->stub.offered, 1000 + 50, 1000 + 55); /* five were saved up */
    guard_conserved(s, 1000);
    small_world_close(s);
}

static void a_throttled_client_does_not_hedge(void **state)
{
    (void)state;
    struct small_world *s = guard_open(
        "100ms", 10,
        "{'kind': 'hedge', 'delay': '10ms', 'nonFatal': ['error'], 'budget': {'kind': "
        "'retryThrottling'}}",
        &(struct small_options){ .pods = 3 });
    stub_answers(s, { 50 * MS, OUTCOME_ERROR });
    small_world_run(s, 200 * NS_PER_S);
    /* Each hedged call takes two tokens of ten; at five and fewer no more is hedged. */
    assert_int_equal(s->stub.offered, 10 + 3);
    guard_conserved(s, 10);
    small_world_close(s);
}

static void later_attempts_have_the_callers_deadline_not_the_first_attempts(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"rate\": "
        "{\"kind\": \"metronome\"}, \"filters\": [\"100ms\", {\"kind\": \"hedge\", \"delay\": "
        "\"10ms\"}], \"timeout\": \"30ms\"}",
        &(struct small_options){ .pods = 3 });
    stub_answers(s, { TIME_NEVER, OUTCOME_OK });
    s->stub.cancels = true;
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offers[0].deadline_ns, 30 * MS);
    assert_int_equal(s->stub.offers[1].deadline_ns, 40 * MS);
    assert_over(s, OUTCOME_TIMEOUT, 30 * MS); /* a timeout is an answer like any other */
    guard_conserved(s, 1);
    small_world_close(s);
}

static void hedged_calls_are_conserved_whatever_the_answers(void **state)
{
    (void)state;
    static const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_OK, OUTCOME_ERROR,
                                             OUTCOME_OVERLOADED };
    static const char *const filters[] = {
        "'50ms', {'kind': 'hedge', 'delay': '8ms', 'maxAttempts': 4, 'nonFatal': ['error', "
        "'timeout'], 'budget': {'kind': 'concurrencyBudget'}}, '20ms'",
        "'50ms', {'kind': 'hedge', 'quantile': '80%', 'maxAttempts': 3, 'nonFatal': ['overloaded'], "
        "'budget': '10%'}, {'kind': 'bulkhead', 'maxConcurrentCalls': 9, 'maxWaitDuration': '4ms'}",
        "'30ms', {'kind': 'hedge', 'delay': '0s', 'maxAttempts': 3, 'nonFatal': ['error'], "
        "'budget': {'kind': 'retryQuota'}}",
        "{'kind': 'fallback', 'delay': '2ms'}, {'kind': 'hedge', 'delay': {'kind': 'exponential', "
        "'mean': '5ms'}, 'maxAttempts': 3, 'nonFatal': ['error', 'overloaded']}, '15ms'"
    };
    static struct stub_answer answers[9000];
    struct rng r = rng_open(11);
    for (uint32_t i = 0; i < 9000; i++)
        answers[i] = (struct stub_answer){ rng_below(&r, 25) * MS, outcomes[rng_below(&r, 4)] };
    for (int run = 0; run < 8; run++) {
        struct small_world *s =
            guard_open("1ms", 2000, filters[run / 2], &(struct small_options){ .pods = 3 });
        s->stub.cancels = run % 2;
        s->stub.answers = answers;
        s->stub.answer_count = 9000;
        small_world_run(s, 30 * NS_PER_S); /* the rooms' checks run after every event */
        guard_conserved(s, 2000);
        assert_true(flow_of(&s->w)->attempts.begun > 0);
        small_world_close(s);
    }
}

static void the_trace_says_why_there_was_another_and_which_one_won(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s = guard_open("1s", 1, "{'kind': 'hedge', 'delay': '10ms'}",
                                       &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 50 * MS, OUTCOME_OK }, { 5 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    small_world_close(s);
    guard_trace_has(&t, "call.hedge");
    guard_trace_has(&t, "next=1 in_flight=1 cause=no answer yet");
    guard_trace_has(&t, "attempt=1 ok others_abandoned=1");
    guard_trace_close(&t);
}

static void a_hedge_says_what_is_wrong_with_it(void **state)
{
    (void)state;
    guard_refused("{'kind': 'hedge', 'delay': '1ms', 'quantile': '95%'}",
                  "filters[1].quantile: the delay is said, so none is learned");
    guard_refused("{'kind': 'hedge', 'maxAttempts': 17}", "outside 1..16");
    guard_refused("{'kind': 'hedge', 'nonFatal': ['ok']}", "ok");
    guard_refused("{'kind': 'hedge'}, {'kind': 'retry'}", "more than one retry or hedge");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_attempt_goes_out_after_the_delay),
        cmocka_unit_test(an_answer_in_time_needs_no_second),
        cmocka_unit_test(without_delay_all_go_out_at_once),
        cmocka_unit_test(any_answer_is_the_answer_unless_it_is_not_fatal),
        cmocka_unit_test(after_a_failure_that_is_not_fatal_the_next_goes_out_at_once),
        cmocka_unit_test(when_all_have_failed_the_last_failure_is_the_answer),
        cmocka_unit_test(at_once_and_failing_at_once_it_goes_on_to_the_last),
        cmocka_unit_test(the_delay_is_learned_from_the_calls_themselves),
        cmocka_unit_test(the_budget_bounds_what_hedges_add),
        cmocka_unit_test(a_throttled_client_does_not_hedge),
        cmocka_unit_test(later_attempts_have_the_callers_deadline_not_the_first_attempts),
        cmocka_unit_test(hedged_calls_are_conserved_whatever_the_answers),
        cmocka_unit_test(the_trace_says_why_there_was_another_and_which_one_won),
        cmocka_unit_test(a_hedge_says_what_is_wrong_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
