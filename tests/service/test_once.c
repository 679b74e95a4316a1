/* test_once.c - what has been done for a customer is not done again, or is counted when it is. */
#include "../support/cloud.h"

#define SHOP(once)                                                                                 \
    RUN("60s") SERVICE("shop", "'workers': 9,", "'x': [" WORK("10ms") ", {'kind': 'once', '#': "   \
                       "[" WORK("30ms") "]" once "}]")
/* Gives up after `timeout` and tries again at once. */
#define IMPATIENT(timeout)                                                                         \
    ", 'timeout': '" timeout "', 'retry': {'kind': 'retry', 'attempts': 3, 'backoff': '20ms', "    \
    "'jitter': 'none'}"

static void a_retry_of_what_is_done_is_answered_without_doing_it_again(void **state)
{
    (void)state;
    /* Given up at 35 ms and done at 40; tried again at 55, answered after the first step: 65. */
    struct scenario s = cloud_run(SHOP("") CALL("user", "shop x", "0", IMPATIENT("35ms")));
    assert_took(&s, "user", 65);
    assert_true(cloud_service(&s, "shop", "spared") == 1);
    assert_close(cloud_service(&s, "shop", "cpu_cores") * 60, 0.050, 1e-9);
    scenario_close(&s);
}

static void without_keys_it_is_done_again_and_counted(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP(", 'keys': false") CALL("user", "shop x", "0", IMPATIENT("35ms")));
    assert_true(cloud_service(&s, "shop", "repeated") == 2);
    assert_true(cloud_service(&s, "shop", "spared") == 0);
    assert_close(cloud_service(&s, "shop", "cpu_cores") * 60, 0.120, 1e-9);
    scenario_close(&s);
}

static void a_retry_of_what_is_being_done_is_refused(void **state)
{
    (void)state;
    /* Given up at 15; again at 35: at 45 the first is done (40): spared. With 5 ms of back-off less
     * it would clash; here the second try comes at 16 + 1. */
    struct scenario s = cloud_run(
        SHOP("") CALL("user", "shop x", "0", ", 'timeout': '15ms', 'retry': {'kind': 'retry', "
                                             "'attempts': 2, 'backoff': '2ms', 'jitter': 'none'}"));
    assert_failed(&s, "user", "error", 27); /* 17 + 10, while the first works to 40 */
    assert_true(cloud_service(&s, "shop", "clashed") == 1);
    scenario_close(&s);
}

static void what_failed_or_was_cancelled_may_be_done_again(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "'workers': 9, 'onAbandon': 'cancel',",
                           "'x': [{'kind': 'once', '#': [{'kind': 'wait', 'time': {'kind': 'mixture', "
                           "'parts': [{'kind': 'weighted', '#': [1, '30ms']}]}, 'drawn': "
                           "'attempt'}]}]") CALL("user", "shop x", "0", IMPATIENT("20ms")));
    assert_failed(&s, "user", "timeout", 120); /* 20, 40..60, 100..120: never refused */
    assert_true(cloud_service(&s, "shop", "clashed") == 0);
    scenario_close(&s);
}

static void a_loop_inside_is_remembered_as_done(void **state)
{
    (void)state;
    /* 5 ms or more and a wait of 30 are too long for any first attempt; a second later the loop is
     * done, and the retry has only the wait before it. */
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "'workers': 9,",
                           "'x': [{'kind': 'once', '#': [{'kind': 'loop', 'again': 0.9, '#': [" WORK(
                               "5ms") "]}]}, " WAIT("30ms") "]")
            OPEN("user", "shop x", "5/s", ", 'timeout': '31ms', 'retry': {'kind': 'retry', 'attempts': "
                                          "2, 'backoff': '1s', 'jitter': 'none'}"));
    double ended = cloud_client(&s, "user", "ok");
    assert_true(ended > 200);
    assert_true(cloud_client(&s, "user", "failed") == 0);
    assert_true(cloud_service(&s, "shop", "spared") >= ended);
    assert_true(cloud_service(&s, "shop", "clashed") == 0);
    scenario_close(&s);
}

static void a_key_is_forgotten_after_two_windows(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP(", 'window': '10ms'")
                                      CALL("user", "shop x", "0", IMPATIENT("35ms")));
    assert_true(cloud_service(&s, "shop", "spared") == 0); /* 15 ms later: two windows have begun */
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_of_what_is_done_is_answered_without_doing_it_again),
        cmocka_unit_test(without_keys_it_is_done_again_and_counted),
        cmocka_unit_test(a_retry_of_what_is_being_done_is_refused),
        cmocka_unit_test(what_failed_or_was_cancelled_may_be_done_again),
        cmocka_unit_test(a_loop_inside_is_remembered_as_done),
        cmocka_unit_test(a_key_is_forgotten_after_two_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
