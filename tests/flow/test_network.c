/* test_network.c - how long messages travel, and that jitter is each message's own. */
#include "../support/cloud.h"

#define NETWORK(fields) ", {'kind': 'network', " fields "}"
#define QUICK SERVICE("shop", "'async': true,", "'/': [], 'bad': [{'kind': 'fail'}]")
#define UNIFORM "{'kind': 'uniform', '#': ['0s', '20ms']}"

static void a_call_goes_there_and_its_answer_comes_back(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") NETWORK("'internet': '20ms', 'latency': '1ms'") QUICK
                                      CALL("a", "shop /", "0", ""));
    assert_took(&s, "a", 40);
    scenario_close(&s);
}

static void a_failure_travels_back_too(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") NETWORK("'jitter': '7ms'") QUICK CALL("a", "shop bad", "0", ""));
    assert_failed(&s, "a", "error", 14);
    scenario_close(&s);
}

static void jitter_comes_on_top(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") NETWORK("'internet': '20ms', 'jitter': '3ms'") QUICK
                                      CALL("a", "shop /", "0", ""));
    assert_took(&s, "a", 46);
    scenario_close(&s);
}

/* Two uniform messages: their sum has mean 20 ms and variance 2 * 20^2 / 12. */
static void every_message_has_its_own(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(&s, RUN("1000s") NETWORK("'jitter': " UNIFORM) QUICK OPEN("a", "shop /", "50/s", ""),
               (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    double stddev = cloud_client(&s, "a", "latency_ms.stddev");
    assert_close(cloud_client(&s, "a", "latency_ms.mean"), 20, 0.2);
    assert_close(stddev * stddev, 2 * 400 / 12.0, 1.5);
    scenario_close(&s);
}

/* A call that once took longer than its timeout would always do so, were its attempts alike. */
static void every_attempt_has_its_own(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("300s") NETWORK("'jitter': " UNIFORM) QUICK
                      OPEN("a", "shop /", "20/s", ", 'timeout': '20ms', 'retry': {'attempts': 30, "
                                                  "'backoff': '0s'}"));
    assert_true(cloud_client(&s, "a", "by_outcome.timeout") == 0);
    assert_close(cloud_service(&s, "shop", "received") / cloud_client(&s, "a", "sent"), 2, 0.1);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_goes_there_and_its_answer_comes_back),
        cmocka_unit_test(a_failure_travels_back_too),
        cmocka_unit_test(jitter_comes_on_top),
        cmocka_unit_test(every_message_has_its_own),
        cmocka_unit_test(every_attempt_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
