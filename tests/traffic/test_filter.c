/* test_filter.c - timeouts and retries, to the nanosecond, against a stub. */
#include "../support/small_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MS NS_PER_MS

/* One client that sends once, at 0, with these filters. */
#define ONE_CALL(filters)                                                                          \
    "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", "                      \
    "\"rate\": {\"kind\": \"metronome\"}, " filters "}"

static const struct meter *meter_of(const struct small_world *s)
{
    return &client_get(&s->w, 0)->meter;
}

static uint64_t ended(const struct small_world *s)
{
    return meter_of(s)->latency.count + meter_failed(meter_of(s));
}

/* The client's one call is over, with this outcome, at this time. */
static void assert_over(const struct small_world *s, enum outcome outcome, int64_t at_ns)
{
    const struct meter *m = meter_of(s);
    const struct histogram *h = outcome == OUTCOME_OK ? &m->latency : &m->failed;
    assert_int_equal(ended(s), 1);
    assert_int_equal(meter_count(m, outcome), 1);
    assert_int_equal(h->min, at_ns);
}

static void assert_offers(const struct small_world *s, uint32_t count, const int64_t *at_ns)
{
    assert_int_equal(s->stub.offered, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(s->stub.offers[i].at_ns, at_ns[i]);
        assert_int_equal(s->stub.offers[i].attempt, i);
        assert_int_equal(s->stub.offers[i].key, s->stub.offers[0].key);
    }
}
#define OFFERS(s, ...)                                                                             \
    assert_offers(s, sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t),                         \
                  (int64_t[]){ __VA_ARGS__ })

/* ------------------------------------------------------------------------- timeouts */

static void a_timeout_fires_at_its_nanosecond(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(ONE_CALL("\"timeout\": \"100ms\""), NULL);
    small_world_run(s, 100 * MS - 1);
    assert_int_equal(ended(s), 0);
    small_world_run(s, 100 * MS);
    assert_over(s, OUTCOME_TIMEOUT, 100 * MS);
    small_world_close(s);
}

static void an_answer_in_time_passes_and_its_timer_stays_silent(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(ONE_CALL("\"timeout\": \"100ms\""), NULL);
    stub_answers(s, { 100 * MS - 1, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_OK, 100 * MS - 1);
    assert_int_equal(s->w.calls->count, 1);
    small_world_close(s);
}

static void an_answer_at_the_very_instant_is_too_late(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(ONE_CALL("\"timeout\": \"100ms\""), NULL);
    stub_answers(s, { 100 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_TIMEOUT, 100 * MS);
    small_world_close(s);
}

static void abandoned_work_goes_on_as_an_orphan_and_closes(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(ONE_CALL("\"timeout\": \"100ms\""), NULL);
    stub_answers(s, { 150 * MS, OUTCOME_OK });
    small_world_run(s, 120 * MS);
    assert_int_equal(s->stub.orphaned, 1);
    assert_int_equal(s->w.calls->in_flight, 1);
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->w.calls->in_flight, 0);
    assert_over(s, OUTCOME_TIMEOUT, 100 * MS); /* the late answer reached nobody */
    small_world_close(s);
}

static void cancelled_work_is_gone_at_once(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(ONE_CALL("\"timeout\": \"100ms\""), NULL);
    s->stub.cancels = true;
    small_world_run(s, 100 * MS);
    assert_int_equal(s->stub.cancelled, 1);
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
}

static void an_answer_on_its_way_back_can_come_too_late(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        "{\"kind\": \"network\", \"internet\": \"20ms\"}, " ONE_CALL("\"timeout\": \"100ms\""),
        NULL);
    stub_answers(s, { 70 * MS, OUTCOME_OK });
    small_world_run(s, 100 * MS);
    assert_over(s, OUTCOME_TIMEOUT, 100 * MS);
    assert_int_equal(s->stub.orphaned + s->stub.cancelled, 0); /* the server had done its part */
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
}

static void a_call_can_time_out_before_it_arrives(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        "{\"kind\": \"network\", \"internet\": \"20ms\"}, " ONE_CALL("\"timeout\": \"10ms\""),
        NULL);
    s->stub.cancels = true;
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_TIMEOUT, 10 * MS);
    assert_int_equal(s->stub.offered, 0);
    small_world_close(s);
}

static void the_deadline_travels_with_the_call(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(ONE_CALL("\"filters\": [\"50ms\"], \"timeout\": \"80ms\""), NULL);
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offers[0].deadline_ns, 50 * MS);
    assert_over(s, OUTCOME_TIMEOUT, 50 * MS);
    small_world_close(s);
}

/* ------------------------------------------------------------------------- retries */

static void retries_wait_exactly_twice_as_long_each_time(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        ONE_CALL("\"retry\": {\"attempts\": 4, \"backoff\": \"100ms\", \"jitter\": \"none\"}"),
        NULL);
    stub_answers(s, { 10 * MS, OUTCOME_UNAVAILABLE }, { 10 * MS, OUTCOME_ERROR },
                 { 10 * MS, OUTCOME_CRASHED }, { 10 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    OFFERS(s, 0, 110 * MS, 320 * MS, 730 * MS);
    assert_over(s, OUTCOME_OK, 740 * MS);
    small_world_close(s);
}

static void waits_stop_growing_at_the_cap(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        ONE_CALL("\"retry\": {\"attempts\": 5, \"backoff\": \"100ms\", \"multiplier\": 3, "
                 "\"maxBackoff\": \"250ms\", \"jitter\": \"none\"}"),
        NULL);
    stub_answers(s, { 0, OUTCOME_OVERLOADED });
    small_world_run(s, 10 * NS_PER_S);
    OFFERS(s, 0, 100 * MS, 350 * MS, 600 * MS, 850 * MS);
    assert_over(s, OUTCOME_OVERLOADED, 850 * MS);
    small_world_close(s);
}

static void a_retry_without_backoff_tries_again_at_the_same_instant(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(ONE_CALL("\"retry\": {\"attempts\": 3, \"backoff\": \"0s\"}"), NULL);
    stub_answers(s, { 0, OUTCOME_ERROR });
    small_world_run(s, 0);
    OFFERS(s, 0, 0, 0);
    assert_over(s, OUTCOME_ERROR, 0);
    small_world_close(s);
}

static void an_outcome_that_is_not_listed_is_final(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(ONE_CALL("\"retry\": {\"on\": [\"unavailable\", \"timeout\"]}"), NULL);
    stub_answers(s, { 5 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_S);
    OFFERS(s, 0);
    assert_over(s, OUTCOME_ERROR, 5 * MS);
    small_world_close(s);
}

static void what_was_expired_or_rejected_is_tried_again_only_when_told(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(ONE_CALL("\"retry\": {\"attempts\": 2}"), NULL);
    stub_answers(s, { 5 * MS, OUTCOME_EXPIRED });
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offered, 1);
    small_world_close(s);
    s = small_world_open(ONE_CALL("\"retry\": {\"attempts\": 2, \"on\": [\"expired\"]}"), NULL);
    stub_answers(s, { 5 * MS, OUTCOME_EXPIRED });
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offered, 2);
    small_world_close(s);
}

static void no_retry_is_begun_that_the_deadline_would_pass(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        ONE_CALL("\"filters\": [\"150ms\"], \"retry\": {\"attempts\": 9, \"backoff\": \"100ms\", "
                 "\"multiplier\": 1, \"jitter\": \"none\"}"),
        NULL);
    stub_answers(s, { 10 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_S);
    OFFERS(s, 0, 110 * MS); /* a third at 220 ms would come after 150 */
    assert_over(s, OUTCOME_ERROR, 120 * MS);
    small_world_close(s);
}

static void a_missing_backend_is_retried_until_there_is_one(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        ONE_CALL("\"retry\": {\"attempts\": 3, \"backoff\": \"100ms\", \"jitter\": \"none\"}"),
        &(struct small_options){ .no_pods = true });
    stub_answers(s, { 1 * MS, OUTCOME_OK });
    small_world_run(s, 150 * MS);
    assert_int_equal(s->stub.offered, 0);
    group_ready(&s->w, s->group, 0, true);
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_OK, 301 * MS);
    small_world_close(s);
}

/* ------------------------------------------------------------------------- both */

#define STEADY "{\"attempts\": 9, \"backoff\": \"100ms\", \"multiplier\": 1, \"jitter\": \"none\"}"

static void each_attempt_has_its_own_timeout(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(ONE_CALL("\"timeout\": \"200ms\", \"retry\": " STEADY), NULL);
    stub_answers(s, { TIME_NEVER, OUTCOME_OK }, { 500 * MS, OUTCOME_OK }, { 150 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    OFFERS(s, 0, 300 * MS, 600 * MS);
    assert_int_equal(s->stub.offers[1].deadline_ns, 500 * MS);
    assert_over(s, OUTCOME_OK, 750 * MS);
    assert_int_equal(s->stub.orphaned, 2);
    assert_int_equal(s->w.calls->in_flight, 1); /* the one that is never answered */
    small_world_close(s);
}

static void the_timer_of_one_attempt_spares_the_next(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(ONE_CALL("\"timeout\": \"200ms\", \"retry\": " STEADY), NULL);
    stub_answers(s, { 10 * MS, OUTCOME_ERROR }, { 150 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    OFFERS(s, 0, 110 * MS); /* the first timer, at 200 ms, meets the second attempt */
    assert_over(s, OUTCOME_OK, 260 * MS);
    small_world_close(s);
}

static void an_outer_timeout_bounds_all_attempts_together(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        ONE_CALL("\"filters\": [\"1s\"], \"timeout\": \"200ms\", \"retry\": " STEADY), NULL);
    small_world_run(s, NS_PER_S - 1);
    assert_int_equal(ended(s), 0);
    small_world_run(s, 10 * NS_PER_S);
    OFFERS(s, 0, 300 * MS, 600 * MS, 900 * MS);
    assert_int_equal(s->stub.offers[3].deadline_ns, NS_PER_S); /* not 1.1 s */
    assert_over(s, OUTCOME_TIMEOUT, NS_PER_S);
    assert_int_equal(client_get(&s->w, 0)->attempt_count, 4);
    small_world_close(s);
}

static void of_two_outer_timeouts_the_shorter_counts(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        ONE_CALL("\"filters\": [\"1s\", \"700ms\"], \"timeout\": \"200ms\", \"retry\": " STEADY),
        NULL);
    small_world_run(s, 10 * NS_PER_S);
    assert_over(s, OUTCOME_TIMEOUT, 700 * MS);
    small_world_close(s);
}

static void a_timeout_outside_a_retry_needs_none_within(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(ONE_CALL("\"filters\": [\"250ms\"], \"retry\": " STEADY), NULL);
    stub_answers(s, { 10 * MS, OUTCOME_ERROR }, { TIME_NEVER, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    OFFERS(s, 0, 110 * MS); /* same id, later attempt: the outer timer still means this call */
    assert_over(s, OUTCOME_TIMEOUT, 250 * MS);
    small_world_close(s);
}

static void guarded_calls_are_conserved_whatever_the_answers(void **state)
{
    (void)state;
    static const char client[] =
        "{\"kind\": \"network\", \"internet\": \"3ms\"}, "
        "{\"kind\": \"client\", \"name\": \"crowd\", \"target\": \"shop GET /\", "
        "\"rate\": {\"kind\": \"metronome\", \"gap\": \"1ms\", \"count\": 1500, \"batch\": 2}, "
        "\"filters\": [\"90ms\"], \"timeout\": \"20ms\", "
        "\"retry\": {\"attempts\": 4, \"backoff\": \"5ms\"}, \"balancer\": \"leastRequest\"}";
    static const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_ERROR, OUTCOME_OVERLOADED };
    static struct stub_answer answers[9000];
    struct rng r = rng_open(11);
    for (uint32_t i = 0; i < 9000; i++)
        answers[i] = (struct stub_answer){ rng_below(&r, 25) * MS, outcomes[rng_below(&r, 3)] };
    for (int cancels = 0; cancels < 2; cancels++) {
        struct small_world *s = small_world_open(client, &(struct small_options){ .pods = 3 });
        s->stub.cancels = cancels;
        s->stub.answers = answers;
        s->stub.answer_count = 9000;
        small_world_run(s, 30 * NS_PER_S); /* the rooms' checks run after every event */
        assert_int_equal(ended(s), 3000);
        assert_int_equal(s->w.calls->in_flight, 0);
        assert_true(meter_of(s)->by_outcome[OUTCOME_TIMEOUT] > 0);
        assert_true(meter_of(s)->by_outcome[OUTCOME_ERROR] > 0);
        assert_true(meter_of(s)->failed.max <= 90 * MS);
        /* An attempt that was cancelled on its way there was never offered. */
        uint64_t attempts = client_get(&s->w, 0)->attempt_count;
        assert_in_range(attempts - s->stub.offered, 0, s->stub.cancelled);
        small_world_close(s);
    }
}

static void the_trace_says_what_was_given_up_and_tried_again(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct small_world *s = small_world_open(ONE_CALL("\"timeout\": \"200ms\", \"retry\": " STEADY),
                                             &(struct small_options){ .trace = out });
    stub_answers(s, { TIME_NEVER, OUTCOME_OK }, { 1 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    small_world_close(s);
    fclose(out);
    const char *gave_up = strstr(text, "call.timeout"), *again = strstr(text, "call.retry");
    assert_true(gave_up && again && gave_up < again);
    assert_non_null(strstr(again, "attempt=1 cause=timeout backoff_ms=100.000000"));
    free(text);
}

/* ------------------------------------------------------------------------- bad input */

static void assert_refused(const char *objects, const char *expected)
{
    const char *said = small_world_refusal(objects);
    if (!strstr(said, expected)) fail_msg("wanted: %s\nsaid: %s", expected, said);
}

static void filters_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    assert_refused(ONE_CALL("\"timeout\": \"0s\""), "client.user.timeout: '0s' is outside");
    assert_refused(ONE_CALL("\"timeout\": 5"), "unit");
    assert_refused(ONE_CALL("\"timeout\": {\"kind\": \"retry\"}"), "a timeout is wanted here");
    assert_refused(ONE_CALL("\"retry\": {\"attempts\": 0}"), "outside 1..255");
    assert_refused(ONE_CALL("\"retry\": {\"attempts\": 256}"), "outside 1..255");
    assert_refused(ONE_CALL("\"retry\": {\"atempts\": 2}"), "did you mean 'attempts'?");
    assert_refused(ONE_CALL("\"retry\": {\"on\": [\"unavailble\"]}"),
                   "did you mean 'unavailable'?");
    assert_refused(ONE_CALL("\"retry\": {\"on\": [\"ok\"]}"), "ok");
    assert_refused(ONE_CALL("\"retry\": {\"on\": []}"), "no outcome is retried");
    assert_refused(ONE_CALL("\"retry\": {\"jitter\": \"ful\"}"), "did you mean 'full'?");
    assert_refused(ONE_CALL("\"retry\": {\"multiplier\": 0.5}"), "outside 1..100");
    assert_refused(ONE_CALL("\"retry\": {\"backoff\": \"1s\", \"maxBackoff\": \"1ms\"}"),
                   "retry.maxBackoff: it is shorter than backoff");
    assert_refused(ONE_CALL("\"retry\": {}, \"filters\": [{\"kind\": \"retry\"}]"),
                   "more than one retry or hedge on one route");
    assert_refused(ONE_CALL("\"filters\": [\"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", "
                            "\"1s\", \"1s\"]"),
                   "9 filters on one route, with retry and timeout, and at most 8");
    assert_refused(ONE_CALL("\"filters\": [\"braker\"]"), "filters[1]");
    assert_refused(ONE_CALL("\"balancer\": {\"kind\": \"powerOfTwo\", \"choices\": 33}"),
                   "outside 1..32");
    assert_refused(ONE_CALL("\"balancer\": {\"kind\": \"leastRequest\", \"ties\": \"first\"}"),
                   "ties");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timeout_fires_at_its_nanosecond),
        cmocka_unit_test(an_answer_in_time_passes_and_its_timer_stays_silent),
        cmocka_unit_test(an_answer_at_the_very_instant_is_too_late),
        cmocka_unit_test(abandoned_work_goes_on_as_an_orphan_and_closes),
        cmocka_unit_test(cancelled_work_is_gone_at_once),
        cmocka_unit_test(an_answer_on_its_way_back_can_come_too_late),
        cmocka_unit_test(a_call_can_time_out_before_it_arrives),
        cmocka_unit_test(the_deadline_travels_with_the_call),
        cmocka_unit_test(retries_wait_exactly_twice_as_long_each_time),
        cmocka_unit_test(waits_stop_growing_at_the_cap),
        cmocka_unit_test(a_retry_without_backoff_tries_again_at_the_same_instant),
        cmocka_unit_test(an_outcome_that_is_not_listed_is_final),
        cmocka_unit_test(what_was_expired_or_rejected_is_tried_again_only_when_told),
        cmocka_unit_test(no_retry_is_begun_that_the_deadline_would_pass),
        cmocka_unit_test(a_missing_backend_is_retried_until_there_is_one),
        cmocka_unit_test(each_attempt_has_its_own_timeout),
        cmocka_unit_test(the_timer_of_one_attempt_spares_the_next),
        cmocka_unit_test(an_outer_timeout_bounds_all_attempts_together),
        cmocka_unit_test(of_two_outer_timeouts_the_shorter_counts),
        cmocka_unit_test(a_timeout_outside_a_retry_needs_none_within),
        cmocka_unit_test(guarded_calls_are_conserved_whatever_the_answers),
        cmocka_unit_test(the_trace_says_what_was_given_up_and_tried_again),
        cmocka_unit_test(filters_say_what_is_wrong_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
