/* test_budget.c - what retries may add to the load, rule by rule, through whole calls. */
#include "guard.h"

#include <string.h>

#define USER(rate, retry)                                                                          \
    "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"rate\": " rate       \
    ", \"retry\": {\"attempts\": 2, \"backoff\": \"1ms\", \"jitter\": \"none\", " retry "}}"
#define EVERY(gap, count)                                                                          \
    "{\"kind\": \"metronome\", \"gap\": \"" gap "\", \"count\": " #count "}"

static uint32_t offered_of(const char *objects, const struct stub_answer *answers, uint32_t count,
                           int64_t until_ns)
{
    struct small_world *s = small_world_open(objects, NULL);
    s->stub.answers = answers;
    s->stub.answer_count = count;
    small_world_run(s, until_ns);
    uint32_t offered = s->stub.offered;
    assert_int_equal(s->w.calls->in_flight, 0);
    small_world_close(s);
    return offered;
}

static const struct stub_answer fails[] = { { 1 * NS_PER_MS, OUTCOME_ERROR } };
static const struct stub_answer times_out[] = { { 1 * NS_PER_MS, OUTCOME_TIMEOUT } };

static void the_fifth_straight_failure_is_not_retried(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"rate\": " EVERY(
            "1s", 1) ", \"retry\": {\"attempts\": 9, \"backoff\": \"1ms\", \"jitter\": \"none\", "
                     "\"budget\": {\"kind\": \"retryThrottling\"}}}",
        NULL);
    stub_answers(s, { 1 * NS_PER_MS, OUTCOME_ERROR });
    small_world_run(s, 10 * NS_PER_S);
    assert_int_equal(s->stub.offered, 5);
    small_world_close(s);
}

static void successes_open_the_throttle_again(void **state)
{
    (void)state;
    /* Five failures in 3 calls leave 5 tokens; the failure after a success finds 5 - 1 + .1. */
    static const struct stub_answer answers[] = {
        { 0, OUTCOME_ERROR }, { 0, OUTCOME_ERROR }, { 0, OUTCOME_ERROR }, { 0, OUTCOME_ERROR },
        { 0, OUTCOME_ERROR }, { 0, OUTCOME_OK }
    };
    const char *user = USER(EVERY("1s", 40), "\"budget\": {\"kind\": \"retryThrottling\"}");
    assert_int_equal(offered_of(user, answers, 6, 100 * NS_PER_S), 42);
    static struct stub_answer later[60];
    for (uint32_t i = 0; i < 60; i++)
        later[i] = (struct stub_answer){ 0, i < 5 ? OUTCOME_ERROR : OUTCOME_OK };
    later[16] = (struct stub_answer){ 0, OUTCOME_ERROR }; /* after 11 successes: 5 + 1.1 - 1 */
    assert_int_equal(offered_of(user, later, 60, 100 * NS_PER_S), 43);
    later[16].outcome = OUTCOME_OK;
    later[14] = (struct stub_answer){ 0, OUTCOME_ERROR }; /* after nine only */
    assert_int_equal(offered_of(user, later, 60, 100 * NS_PER_S), 42);
}

static void every_call_saves_a_tenth_of_a_retry(void **state)
{
    (void)state;
    const char *user = USER(EVERY("100ms", 1000), "\"budget\": \"10%\"");
    assert_int_equal(offered_of(user, fails, 1, 200 * NS_PER_S), 1000 + 5 + 99);
}

static void an_sdk_pays_five_for_a_retry_and_ten_after_a_timeout(void **state)
{
    (void)state;
    const char *user = USER(EVERY("100ms", 1000), "\"budget\": {\"kind\": \"retryQuota\"}");
    assert_int_equal(offered_of(user, fails, 1, 200 * NS_PER_S), 1000 + 100);
    assert_int_equal(offered_of(user, times_out, 1, 200 * NS_PER_S), 1000 + 50);
}

static void a_retry_that_succeeds_gets_its_price_back(void **state)
{
    (void)state;
    static struct stub_answer alternate[4000];
    for (uint32_t i = 0; i < 4000; i++)
        alternate[i] = (struct stub_answer){ 0, i % 2 ? OUTCOME_OK : OUTCOME_TIMEOUT };
    const char *user = USER(EVERY("100ms", 1000),
                            "\"budget\": {\"kind\": \"retryQuota\", \"capacity\": 10}");
    assert_int_equal(offered_of(user, alternate, 4000, 200 * NS_PER_S), 2000);
}

static void a_fifth_of_the_last_ten_seconds_and_ten_a_second(void **state)
{
    (void)state;
    const char *user =
        USER(EVERY("10ms", 900), "\"budget\": {\"kind\": \"retryBudget\", "
                                 "\"minRetriesPerSecond\": \"1/s\"}"); /* within one ttl */
    assert_int_equal(offered_of(user, fails, 1, 100 * NS_PER_S), 900 + 180 + 10);
}

static void of_a_hundred_calls_at_once_twenty_may_be_retried(void **state)
{
    (void)state;
    const char *user = USER("{\"kind\": \"metronome\", \"batch\": 100}",
                            "\"budget\": {\"kind\": \"concurrencyBudget\"}");
    /* All fail at one instant; each that is not retried leaves fewer calls to have retries of. */
    uint32_t offered = offered_of(user, fails, 1, 100 * NS_PER_S);
    assert_int_equal(offered, 100 + 20);
    user = USER("{\"kind\": \"metronome\", \"batch\": 4}",
                "\"budget\": {\"kind\": \"concurrencyBudget\"}");
    assert_int_equal(offered_of(user, fails, 1, 100 * NS_PER_S), 4 + 3);
}

static void a_call_given_up_gives_back_its_place_in_the_budget(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        "{\"kind\": \"client\", \"name\": \"user\", \"target\": \"shop GET /\", \"rate\": " EVERY(
            "1s", 100) ", \"filters\": [\"500ms\"], \"retry\": {\"attempts\": 2, \"backoff\": "
                       "\"1ms\", \"jitter\": \"none\", \"budget\": {\"kind\": "
                       "\"concurrencyBudget\", \"minRetryConcurrency\": 1}}}",
        NULL);
    static struct stub_answer answers[200];
    for (uint32_t i = 0; i < 200; i++)
        answers[i] = i % 2 ? (struct stub_answer){ TIME_NEVER, OUTCOME_OK }
                           : (struct stub_answer){ 1 * NS_PER_MS, OUTCOME_ERROR };
    s->stub.answers = answers;
    s->stub.answer_count = 200;
    s->stub.cancels = true;
    small_world_run(s, 200 * NS_PER_S);
    assert_int_equal(s->stub.offered, 200); /* never more than one retry out */
    small_world_close(s);
}

static void the_trace_says_which_budget_was_used_up(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct small_world *s = small_world_open(
        USER("{\"kind\": \"metronome\", \"batch\": 9}", "\"budget\": \"10%\""),
        &(struct small_options){ .trace = out });
    stub_answers(s, { 0, OUTCOME_ERROR });
    small_world_run(s, NS_PER_S);
    small_world_close(s);
    fclose(out);
    const char *said = strstr(text, "retry.reject");
    assert_true(said && strstr(said, "attempt=1 cause=tokenBudget"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fifth_straight_failure_is_not_retried),
        cmocka_unit_test(successes_open_the_throttle_again),
        cmocka_unit_test(every_call_saves_a_tenth_of_a_retry),
        cmocka_unit_test(an_sdk_pays_five_for_a_retry_and_ten_after_a_timeout),
        cmocka_unit_test(a_retry_that_succeeds_gets_its_price_back),
        cmocka_unit_test(a_fifth_of_the_last_ten_seconds_and_ten_a_second),
        cmocka_unit_test(of_a_hundred_calls_at_once_twenty_may_be_retried),
        cmocka_unit_test(a_call_given_up_gives_back_its_place_in_the_budget),
        cmocka_unit_test(the_trace_says_which_budget_was_used_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
