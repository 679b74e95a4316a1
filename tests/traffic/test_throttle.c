/* test_throttle.c - the formula, its fixed point, and the filter that applies it. */
#include "guard.h"

#include "traffic/throttle.h"

static void nothing_is_refused_while_enough_is_accepted(void **state)
{
    (void)state;
    assert_true(throttle_reject_ratio(2, 0, 0) == 0);
    assert_true(throttle_reject_ratio(2, 200, 100) == 0);
    assert_true(throttle_reject_ratio(2, 300, 100) == 100.0 / 301);
    assert_true(throttle_reject_ratio(2, 9, 0) == 9.0 / 10);
    assert_true(throttle_reject_ratio(1.5, 300, 100) == 150.0 / 301);
}

/* A server that accepts one call in `each`: in the long run it is sent twice what it accepts. */
static void sends_twice_what_is_accepted(uint32_t each, double expected_rejected)
{
    static struct stub_answer answers[STUB_OFFERS_MAX];
    for (uint32_t i = 0; i < STUB_OFFERS_MAX; i++)
        answers[i] =
            (struct stub_answer){ 1 * MS, i % each == 0 ? OUTCOME_OK : OUTCOME_OVERLOADED };
    struct small_world *s = guard_open("10ms", 20000, "{'kind': 'throttle', 'window': '20s'}",
                                       &(struct small_options){ .unchecked = true });
    s->stub.answers = answers;
    s->stub.answer_count = STUB_OFFERS_MAX;
    small_world_run(s, NS_PER_HOUR);
    guard_conserved(s, 20000);
    double rejected = (double)guard_ended(s, OUTCOME_REJECTED) / 20000;
    if (rejected < expected_rejected - 0.02 || rejected > expected_rejected + 0.02)
        fail_msg("1 of %u accepted: rejected %g, not %g", each, rejected, expected_rejected);
    small_world_close(s);
}

static void half_accepted_is_enough(void **state)
{
    (void)state;
    sends_twice_what_is_accepted(1, 0);
    sends_twice_what_is_accepted(2, 0);
}

/* A server that accepts 20 of the 100 calls offered a second, and refuses what comes on top. */
static void the_server_is_sent_k_times_what_it_accepts(void **state)
{
    (void)state;
    static struct stub_answer answers[STUB_OFFERS_MAX];
    struct small_world *s = guard_open("10ms", 20000, "{'kind': 'throttle', 'window': '20s'}",
                                       &(struct small_options){ .unchecked = true });
    s->stub.answers = answers;
    s->stub.answer_count = STUB_OFFERS_MAX;
    for (int second = 1; second <= 200; second++) {
        for (uint32_t i = s->stub.offered, k = 0; k < 100 && i + k < STUB_OFFERS_MAX; k++)
            answers[i + k] =
                (struct stub_answer){ 1 * MS, k < 20 ? OUTCOME_OK : OUTCOME_OVERLOADED };
        small_world_run(s, second * NS_PER_S - 5 * MS);
    }
    small_world_run(s, NS_PER_HOUR);
    guard_conserved(s, 20000);
    uint32_t late = 0; /* offered in the second half, when the window is long full */
    for (uint32_t i = 0; i < s->stub.offered; i++)
        late += s->stub.offers[i].at_ns >= 100 * NS_PER_S;
    assert_in_range(late, 3800, 4200); /* 2 x 20/s x 100 s */
    small_world_close(s);
}

static void what_it_refuses_it_says_why(void **state)
{
    (void)state;
    struct guard_trace t;
    struct small_world *s = guard_open("10ms", 50, "{'kind': 'throttle'}",
                                       &(struct small_options){ .trace = guard_trace_open(&t) });
    stub_answers(s, { 1 * MS, OUTCOME_UNAVAILABLE });
    small_world_run(s, NS_PER_MIN);
    guard_conserved(s, 50);
    assert_true(guard_ended(s, OUTCOME_REJECTED) > 30);
    small_world_close(s);
    guard_trace_has(&t, "throttle.reject");
    guard_trace_has(&t, "cause=requests ");
    guard_trace_close(&t);
}

static void an_application_error_is_an_answer(void **state)
{
    (void)state;
    struct small_world *s = guard_open("10ms", 50, "{'kind': 'throttle'}", NULL);
    stub_answers(s, { 1 * MS, OUTCOME_ERROR });
    small_world_run(s, NS_PER_MIN);
    assert_int_equal(guard_ended(s, OUTCOME_ERROR), 50);
    small_world_close(s);
}

static void throttles_say_what_is_wrong_with_them(void **state)
{
    (void)state;
    guard_refused("{'kind': 'throttle', 'k': 0.5}", "k");
    guard_refused("{'kind': 'throttle', 'window': '1ms'}", "window");
    guard_refused("{'kind': 'throttle', 'on': ['ok']}", "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_refused_while_enough_is_accepted),
        cmocka_unit_test(half_accepted_is_enough),
        cmocka_unit_test(the_server_is_sent_k_times_what_it_accepts),
        cmocka_unit_test(what_it_refuses_it_says_why),
        cmocka_unit_test(an_application_error_is_an_answer),
        cmocka_unit_test(throttles_say_what_is_wrong_with_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
