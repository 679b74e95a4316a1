/* test_fallback.c - a second-best answer in place of a failure. */
#include "guard.h"

static void a_failure_becomes_ok_at_once(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s =
        guard_open("1s", 2, "'fallback'", &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 5 * MS, OUTCOME_OVERLOADED }, { 7 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 2);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 2);
    assert_int_equal(client_get(&s->w, 0)->meter.latency.min, 5 * MS);
    small_world_close(s);
    guard_trace_has(&t, "cause=overloaded");
    guard_trace_close(&t);
}

static void it_takes_its_time(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1s", 1, "{'kind': 'fallback', 'delay': '30ms'}, '100ms'", NULL);
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 1);
    assert_int_equal(client_get(&s->w, 0)->meter.latency.min, 130 * MS);
    small_world_close(s);
}

static void an_outer_timeout_does_not_wait_for_it(void **state)
{
    (void)state;
    struct small_world *s =
        guard_open("1s", 3, "'110ms', {'kind': 'fallback', 'delay': '30ms'}, '100ms'", NULL);
    s->stub.cancels = true;
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 3);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 3);
    assert_int_equal(client_get(&s->w, 0)->meter.failed.min, 110 * MS);
    small_world_close(s);
}

static void it_hides_what_a_breaker_refuses(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1s", 50,
                                       "'fallback', {'kind': 'breaker', 'slidingWindowSize': 2, "
                                       "'minimumNumberOfCalls': 2}",
                                       NULL);
    stub_answers(s, { 5 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 50);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 50);
    assert_int_equal(s->stub.offered, 2);
    small_world_close(s);
}

static void what_is_not_listed_stays_a_failure(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1s", 1, "{'kind': 'fallback', 'on': ['timeout']}", NULL);
    stub_answers(s, { 5 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_ERROR), 1);
    small_world_close(s);
}

static void fallbacks_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    guard_refused("{'kind': 'fallback', 'on': []}", "no outcome is counted");
    guard_refused("{'kind': 'fallback', 'on': ['late']}", "late");
    guard_refused("{'kind': 'fallback', 'delay': 5}", "unit");
    guard_refused("{'kind': 'fallback', 'replySize': '-1'}", "replySize");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_becomes_ok_at_once),
        cmocka_unit_test(it_takes_its_time),
        cmocka_unit_test(an_outer_timeout_does_not_wait_for_it),
        cmocka_unit_test(it_hides_what_a_breaker_refuses),
        cmocka_unit_test(what_is_not_listed_stays_a_failure),
        cmocka_unit_test(fallbacks_say_what_is_wrong_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
