/* test_bulkhead.c - slots, the queue before them, and every way a call can leave either. */
#include "guard.h"

static void more_than_its_calls_are_refused(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s = guard_open("10ms", 5, "{'kind': 'bulkhead', 'maxConcurrentCalls': 2}",
                                       &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 25 * MS, OUTCOME_OK }); /* 0 and 10 pass, 20 does not, 30 and 40 do */
    small_world_run(s, NS_PER_S);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 4);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 1);
    guard_conserved(s, 5);
    small_world_close(s);
    guard_trace_has(&t, "cause=full in_flight=2 waiting=0");
    guard_trace_close(&t);
}

static void a_free_slot_goes_to_the_first_that_waits(void **state)
{
    (void)state;
    struct small_world *s = guard_open(
        "10ms", 4, "{'kind': 'bulkhead', 'maxConcurrentCalls': 1, 'maxWaitDuration': '1s'}", NULL);
    stub_answers(s, { 100 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    guard_conserved(s, 4);
    assert_int_equal(s->stub.offered, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(s->stub.offers[i].at_ns, 100 * MS * i);
    assert_int_equal(client_get(&s->w, 0)->meter.latency.max, 370 * MS);
    small_world_close(s);
}

static void who_waits_too_long_is_refused_at_that_nanosecond(void **state)
{
    (void)state;
    struct small_world *s = guard_open(
        "10ms", 3, "{'kind': 'bulkhead', 'maxConcurrentCalls': 1, 'maxWaitDuration': '50ms'}",
        NULL);
    stub_answers(s, { 55 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    guard_conserved(s, 3); /* the second enters at 55, the third gives up at 70 */
    assert_int_equal(s->stub.offered, 2);
    assert_int_equal(s->stub.offers[1].at_ns, 55 * MS);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 1);
    assert_int_equal(client_get(&s->w, 0)->meter.failed.min, 50 * MS);
    small_world_close(s);
}

static void only_so_many_may_wait(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1ms", 9,
                                       "{'kind': 'bulkhead', 'maxConcurrentCalls': 1, "
                                       "'maxWaitDuration': '10s', 'maxWaiting': 3}",
                                       NULL);
    stub_answers(s, { 100 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    guard_conserved(s, 9);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 5);
    small_world_close(s);
}

static void an_outer_timeout_gives_slots_back(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("100ms", 10, "'50ms', {'kind': 'bulkhead', 'maxConcurrentCalls': 1}", NULL);
    s->stub.cancels = true; /* and never answers */
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 10);
    assert_int_equal(s->stub.offered, 10);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 10);
    small_world_close(s);
}

static void a_timeout_takes_a_call_out_of_the_middle_of_the_queue(void **state)
{
    (void)state;
    struct small_world *s = guard_open("10ms", 4,
                                       "'50ms', {'kind': 'bulkhead', 'maxConcurrentCalls': 1, "
                                       "'maxWaitDuration': '10s'}",
                                       NULL);
    stub_answers(s, { 45 * MS, OUTCOME_OK }, { 30 * MS, OUTCOME_OK }, { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    /* The second enters at 45 and times out at 60, which frees its slot for the third at once. */
    guard_conserved(s, 4);
    assert_int_equal(s->stub.offers[1].at_ns, 45 * MS);
    assert_int_equal(s->stub.offers[2].at_ns, 60 * MS);
    assert_int_equal(s->stub.offers[3].at_ns, 61 * MS);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 1);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 3);
    small_world_close(s);
}

static void inside_a_retry_each_attempt_takes_a_slot(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1s", 2,
                   "{'kind': 'retry', 'attempts': 3, 'backoff': '10ms', 'jitter': 'none'}, "
                   "{'kind': 'bulkhead', 'maxConcurrentCalls': 1}",
                   NULL);
    stub_answers(s, { 5 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 2);
    assert_int_equal(s->stub.offered, 6);
    small_world_close(s);
}

/* Whatever ends calls, all slots are free at the end, and the next calls get them. */
static void slots_are_conserved_whatever_happens(void **state)
{
    (void)state;
    static const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_ERROR, OUTCOME_OVERLOADED };
    static struct stub_answer answers[9000];
    struct rng r = rng_open(12);
    for (uint32_t i = 0; i < 9000; i++)
        answers[i] = (struct stub_answer){ rng_below(&r, 25) * MS, outcomes[rng_below(&r, 3)] };
    for (int cancels = 0; cancels < 2; cancels++) {
        struct small_world *s = guard_open(
            "1ms", 3000,
            "'60ms', {'kind': 'bulkhead', 'maxConcurrentCalls': 12, 'maxWaitDuration': '30ms'}, "
            "{'kind': 'retry', 'attempts': 3, 'backoff': '5ms'}, {'kind': 'bulkhead', "
            "'maxConcurrentCalls': 8, 'maxWaitDuration': '10ms'}, '15ms'",
            NULL);
        s->stub.cancels = cancels;
        s->stub.answers = answers;
        s->stub.answer_count = 9000;
        small_world_run(s, 30 * NS_PER_S);
        guard_conserved(s, 3000);
        assert_true(guard_ended(s, OUTCOME_OK) > 0);
        assert_true(guard_ended(s, OUTCOME_TIMEOUT) > 0);
        assert_true(guard_ended(s, OUTCOME_REJECTED) > 0);
        small_world_close(s);
    }
}

static void bulkheads_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    guard_refused("{'kind': 'bulkhead', 'maxConcurrentCalls': 0}", "maxConcurrentCalls");
    guard_refused("{'kind': 'bulkhead', 'maxWaitDuration': '-1s'}", "maxWaitDuration");
    guard_refused("{'kind': 'bulkhead', 'maxWaiting': -1}", "maxWaiting");
}

/* ------------------------------------------------------------------------- Envoy's thresholds */

static void what_exceeds_the_requests_is_refused_at_once(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1ms", 5, "{'kind': 'thresholds', 'maxRequests': 2}", NULL);
    stub_answers(s, { 50 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 2);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 3);
    guard_conserved(s, 5);
    small_world_close(s);
}

static void over_http1_requests_wait_for_connections(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1ms", 5,
                                       "{'kind': 'thresholds', 'upstream': 'http1', "
                                       "'maxConnections': 1, 'maxPendingRequests': 2}",
                                       NULL);
    stub_answers(s, { 50 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 3);
    assert_int_equal(client_get(&s->w, 0)->meter.latency.max, 148 * MS); /* sent at 2, over at 150 */
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 2);
    guard_conserved(s, 5);
    small_world_close(s);
}

static void so_many_retries_at_once_and_no_more(void **state)
{
    (void)state;
    struct small_world *s = guard_open("0s", 8,
                                       "{'kind': 'retry', 'attempts': 2, 'backoff': '10ms', "
                                       "'jitter': 'none'}, {'kind': 'thresholds'}",
                                       NULL);
    stub_answers(s, { 5 * MS, OUTCOME_ERROR });
    small_world_run(s, 10 * NS_PER_S);
    assert_int_equal(s->stub.offered, 8 + 3);
    assert_int_equal(guard_ended(s, OUTCOME_ERROR), 3);
    assert_int_equal(guard_ended(s, OUTCOME_REJECTED), 5);
    guard_conserved(s, 8);
    small_world_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_its_calls_are_refused),
        cmocka_unit_test(a_free_slot_goes_to_the_first_that_waits),
        cmocka_unit_test(who_waits_too_long_is_refused_at_that_nanosecond),
        cmocka_unit_test(only_so_many_may_wait),
        cmocka_unit_test(an_outer_timeout_gives_slots_back),
        cmocka_unit_test(a_timeout_takes_a_call_out_of_the_middle_of_the_queue),
        cmocka_unit_test(inside_a_retry_each_attempt_takes_a_slot),
        cmocka_unit_test(slots_are_conserved_whatever_happens),
        cmocka_unit_test(bulkheads_say_what_is_wrong_with_them),
        cmocka_unit_test(what_exceeds_the_requests_is_refused_at_once),
        cmocka_unit_test(over_http1_requests_wait_for_connections),
        cmocka_unit_test(so_many_retries_at_once_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
