/* test_collapse.c - calls for the same thing share one answer. */
#include "guard.h"

/* Calls of customer 0 (one key), `batch` at a time each `gap`. */
static struct small_world *same(const char *gap, uint32_t count, uint32_t batch, const char *filters,
                                const struct small_options *options)
{
    char text[1000];
    snprintf(text, sizeof text,
             "{'kind': 'client', 'name': 'user', 'target': 'shop GET /', 'keys': {'kind': "
             "'uniformKeys', 'n': 1}, 'rate': {'kind': 'metronome', 'gap': '%s', 'count': %u, "
             "'batch': %u}, 'filters': [%s]}",
             gap, count, batch, filters);
    for (char *c = text; *c; c++)
        if (*c == '\'') *c = '"';
    return small_world_open(text, options);
}
#define COLLAPSE "{'kind': 'collapse'}"

static void calls_at_once_for_one_customer_ask_once(void **state)
{
    (void)state;
    struct small_world *s = same("1s", 2, 5, COLLAPSE, NULL);
    stub_answers(s, { 30 * MS, OUTCOME_OK });
    small_world_run(s, 10 * NS_PER_S);
    assert_int_equal(s->stub.offered, 2);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 10);
    assert_int_equal(client_get(&s->w, 0)->meter.latency.max, 30 * MS);
    guard_conserved(s, 10);
    small_world_close(s);
}

static void one_that_comes_later_waits_for_what_is_left(void **state)
{
    (void)state;
    struct small_world *s = same("10ms", 3, 1, COLLAPSE, NULL);
    stub_answers(s, { 15 * MS, OUTCOME_ERROR }, { 15 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offered, 2); /* at 0, which fails for the one at 10 too, and at 20 */
    assert_int_equal(guard_ended(s, OUTCOME_ERROR), 2);
    assert_int_equal(client_get(&s->w, 0)->meter.failed.min, 5 * MS);
    guard_conserved(s, 3);
    small_world_close(s);
}

static void other_customers_ask_for_themselves(void **state)
{
    (void)state;
    struct small_world *s = guard_open("1ms", 4, COLLAPSE, NULL);
    stub_answers(s, { 30 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    assert_int_equal(s->stub.offered, 4);
    small_world_close(s);
}

static void when_the_leader_gives_up_the_next_one_asks(void **state)
{
    (void)state;
    struct small_world *s = same("10ms", 4, 1, "'25ms', " COLLAPSE, NULL);
    s->stub.cancels = true;
    stub_answers(s, { TIME_NEVER, OUTCOME_OK }, { 5 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    /* Gives up at 25; the one of 10 asks then, and those of 10 and 20 have it at 30; 30 is new. */
    assert_int_equal(s->stub.offered, 3);
    assert_int_equal(s->stub.offers[1].at_ns, 25 * MS);
    assert_int_equal(guard_ended(s, OUTCOME_TIMEOUT), 1);
    assert_int_equal(guard_ended(s, OUTCOME_OK), 3);
    guard_conserved(s, 4);
    small_world_close(s);
}

static void collapsed_calls_are_conserved_whatever_the_answers(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "'20ms', " COLLAPSE,
        "'20ms', " COLLAPSE ", {'kind': 'hedge', 'delay': '5ms', 'maxAttempts': 3, 'nonFatal': "
        "['error']}",
        COLLAPSE ", {'kind': 'retry', 'attempts': 3, 'backoff': '3ms'}, '9ms'",
        "'15ms', {'kind': 'retry', 'attempts': 3, 'backoff': '1ms'}, '6ms', " COLLAPSE
    };
    static struct stub_answer answers[9000];
    struct rng r = rng_open(11);
    for (uint32_t i = 0; i < 9000; i++)
        answers[i] = (struct stub_answer){ rng_below(&r, 25) * MS,
                                           rng_below(&r, 3) ? OUTCOME_OK : OUTCOME_ERROR };
    for (int run = 0; run < 8; run++) {
        char text[1000];
        snprintf(text, sizeof text,
                 "{'kind': 'client', 'name': 'user', 'target': 'shop GET /', 'keys': {'kind': "
                 "'uniformKeys', 'n': 4}, 'rate': {'kind': 'metronome', 'gap': '1ms', 'count': "
                 "1000}, 'filters': [%s]}",
                 filters[run / 2]);
        for (char *c = text; *c; c++)
            if (*c == '\'') *c = '"';
        struct small_world *s = small_world_open(text, &(struct small_options){ .pods = 3 });
        s->stub.cancels = run % 2;
        s->stub.answers = answers;
        s->stub.answer_count = 9000;
        small_world_run(s, 30 * NS_PER_S); /* the rooms' checks run after every event */
        guard_conserved(s, 1000);
        assert_true(s->stub.offered < 1500);
        small_world_close(s);
    }
}

static void the_trace_says_whose_answer_is_awaited(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s =
        same("1ms", 2, 1, COLLAPSE, &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 30 * MS, OUTCOME_OK });
    small_world_run(s, NS_PER_S);
    small_world_close(s);
    guard_trace_has(&t, "call.collapse");
    guard_trace_has(&t, "cause=customer 0 is asked for by key=");
    guard_trace_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_at_once_for_one_customer_ask_once),
        cmocka_unit_test(one_that_comes_later_waits_for_what_is_left),
        cmocka_unit_test(other_customers_ask_for_themselves),
        cmocka_unit_test(when_the_leader_gives_up_the_next_one_asks),
        cmocka_unit_test(collapsed_calls_are_conserved_whatever_the_answers),
        cmocka_unit_test(the_trace_says_whose_answer_is_awaited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
