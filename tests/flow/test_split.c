/* test_split.c - one call, several attempts at once: one answer, and nothing lost. */
#include "../support/small_world.h"

#include "flow/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MS NS_PER_MS
#define USER(more)                                                                                 \
    "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", "                      \
    "\"rate\": {\"kind\": \"metronome\", \"count\": 1}" more "}"
#define TWIN "{\"kind\": \"twin\"}"
#define LATE(after) "{\"kind\": \"twin\", \"after\": \"" after "\"}"

static struct meter *meter_of(struct small_world *s)
{
    return &client_get(&s->w, 0)->meter;
}

static const struct attempts *attempts_of(const struct small_world *s)
{
    return &flow_of(&s->w)->attempts;
}

static struct small_world *twins(const char *objects, uint32_t pods)
{
    return small_world_open(objects, &(struct small_options){ .pods = pods });
}

static void assert_over(struct small_world *s, enum outcome outcome, int64_t after_ns)
{
    const struct meter *m = meter_of(s);
    assert_int_equal(meter_count(m, outcome), 1);
    assert_int_equal(outcome == OUTCOME_OK ? m->latency.max : m->failed.max, after_ns);
}

static void both_attempts_go_out_at_once_and_the_faster_wins(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [" TWIN "]"), 2);
    stub_answers(s, { 30 * MS, OUTCOME_OK }, { 20 * MS, OUTCOME_OK });
    small_world_run(s, 25 * MS);
    assert_int_equal(s->stub.offered, 2);
    assert_int_equal(s->stub.offers[0].attempt, 0);
    assert_int_equal(s->stub.offers[1].attempt, 1);
    assert_int_equal(s->stub.offers[0].key, s->stub.offers[1].key);
    assert_over(s, OUTCOME_OK, 20 * MS);
    assert_int_equal(s->stub.orphaned, 1);
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->w.calls->in_flight, 0); /* the loser has been worked on, for nobody */
    assert_int_equal(attempts_of(s)->begun, 2);
    assert_int_equal(attempts_of(s)->taken, 1);
    assert_int_equal(attempts_of(s)->abandoned, 1);
    assert_int_equal(client_get(&s->w, 0)->attempt_count, 2);
    small_world_close(s);
}

static void where_work_is_cancelled_the_loser_is_gone_at_once(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [" TWIN "]"), 2);
    s->stub.cancels = true;
    stub_answers(s, { 30 * MS, OUTCOME_OK }, { 20 * MS, OUTCOME_OK });
    small_world_run(s, 20 * MS);
    assert_int_equal(s->stub.cancelled, 1);
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
}

static void an_answer_that_comes_while_others_are_being_sent_ends_the_call(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [{\"kind\": \"twin\", \"count\": 5}]"), 0);
    stub_answers(s, { 0, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_OK, 0);
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
}

static void a_failure_is_not_the_answer_while_another_may_come(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [" TWIN "]"), 2);
    stub_answers(s, { 10 * MS, OUTCOME_ERROR }, { 20 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_OK, 20 * MS);
    assert_int_equal(attempts_of(s)->untaken, 1);
    small_world_close(s);
    s = twins(USER(", \"filters\": [" TWIN "]"), 2);
    stub_answers(s, { 10 * MS, OUTCOME_ERROR }, { 20 * MS, OUTCOME_OVERLOADED });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_OVERLOADED, 20 * MS);
    small_world_close(s);
}

static void a_call_under_way_can_be_split_and_the_first_attempt_may_still_win(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [" LATE("10ms") "]"), 2);
    stub_answers(s, { 15 * MS, OUTCOME_OK }, { 20 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offers[1].at_ns, 10 * MS);
    assert_over(s, OUTCOME_OK, 15 * MS);
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
}

static void a_call_answered_in_time_is_not_split(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [" LATE("10ms") "]"), 2);
    stub_answers(s, { 9 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(attempts_of(s)->begun, 0);
    assert_int_equal(s->stub.offered, 1);
    small_world_close(s);
}

static void an_outer_timeout_ends_all_attempts(void **state)
{
    (void)state;
    struct small_world *s = twins(USER(", \"filters\": [\"50ms\", " LATE("10ms") "]"), 2);
    s->stub.cancels = true;
    stub_answers(s, { TIME_NEVER, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_over(s, OUTCOME_TIMEOUT, 50 * MS);
    assert_int_equal(s->stub.cancelled, 2);
    assert_int_equal(attempts_of(s)->abandoned, 2);
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
}

static void an_inner_timeout_is_each_attempts_own(void **state)
{
    (void)state;
    struct small_world *s =
        twins(USER(", \"filters\": [" LATE("10ms") "], \"timeout\": \"30ms\""), 2);
    stub_answers(s, { TIME_NEVER, OUTCOME_OK }, { 25 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(attempts_of(s)->untaken, 1); /* at 30 ms */
    assert_over(s, OUTCOME_OK, 35 * MS);
    small_world_close(s);
}

static void a_bulkhead_within_gets_its_slots_back_from_losers(void **state)
{
    (void)state;
    struct small_world *s = twins(
        "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", "
        "\"rate\": {\"kind\": \"metronome\", \"count\": 50, \"gap\": \"100ms\"}, "
        "\"filters\": [" TWIN ", {\"kind\": \"bulkhead\", \"maxConcurrentCalls\": 2}]}",
        2);
    stub_answers(s, { 30 * MS, OUTCOME_OK }, { 20 * MS, OUTCOME_OK }, { 10 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    assert_int_equal(meter_of(s)->latency.count, 50);
    assert_int_equal(s->stub.offered, 100);
    small_world_close(s);
}

static void attempts_are_conserved_whatever_the_answers(void **state)
{
    (void)state;
    static const char client[] =
        "{\"kind\": \"network\", \"internet\": \"3ms\"}, "
        "{\"kind\": \"client\", \"name\": \"crowd\", \"target\": \"shop GET /\", "
        "\"rate\": {\"kind\": \"metronome\", \"gap\": \"1ms\", \"count\": 1500, \"batch\": 2}, "
        "\"filters\": [\"40ms\", {\"kind\": \"twin\", \"count\": 3, \"after\": \"8ms\"}, "
        "{\"kind\": \"bulkhead\", \"maxConcurrentCalls\": 60, \"maxWaitDuration\": \"5ms\"}], "
        "\"timeout\": \"20ms\", \"balancer\": \"leastRequest\"}";
    static const enum outcome outcomes[] = { OUTCOME_OK, OUTCOME_ERROR, OUTCOME_OVERLOADED };
    static struct stub_answer answers[9000];
    struct rng r = rng_open(11);
    for (uint32_t i = 0; i < 9000; i++)
        answers[i] = (struct stub_answer){ rng_below(&r, 25) * MS, outcomes[rng_below(&r, 3)] };
    for (int cancels = 0; cancels < 2; cancels++) {
        struct small_world *s = twins(client, 3);
        s->stub.cancels = cancels;
        s->stub.answers = answers;
        s->stub.answer_count = 9000;
        small_world_run(s, 30 * NS_PER_S); /* the rooms' checks run after every event */
        assert_int_equal(meter_of(s)->latency.count + meter_failed(meter_of(s)), 3000);
        assert_int_equal(s->w.calls->in_flight, 0);
        const struct attempts *a = attempts_of(s);
        assert_true(a->begun > 3000 && a->taken > 0 && a->untaken > 0 && a->abandoned > 0);
        small_world_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_attempts_go_out_at_once_and_the_faster_wins),
        cmocka_unit_test(where_work_is_cancelled_the_loser_is_gone_at_once),
        cmocka_unit_test(an_answer_that_comes_while_others_are_being_sent_ends_the_call),
        cmocka_unit_test(a_failure_is_not_the_answer_while_another_may_come),
        cmocka_unit_test(a_call_under_way_can_be_split_and_the_first_attempt_may_still_win),
        cmocka_unit_test(a_call_answered_in_time_is_not_split),
        cmocka_unit_test(an_outer_timeout_ends_all_attempts),
        cmocka_unit_test(an_inner_timeout_is_each_attempts_own),
        cmocka_unit_test(a_bulkhead_within_gets_its_slots_back_from_losers),
        cmocka_unit_test(attempts_are_conserved_whatever_the_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
