/* test_steps.c - what a service does for a call: every step, alone and with the others. */
#include "../support/cloud.h"

#include <math.h>

#define BACK                                                                                       \
    SERVICE("back", "",                                                                            \
            "'1': [" WAIT("1s") "], '2': [" WAIT("2s") "], '3': [" WAIT(                           \
                "3s") "], "                                                                        \
                      "'bad': [" WAIT("1500ms") ", {'kind': 'fail'}]")
#define FRONT(steps) RUN("60s") SERVICE("front", "", "'/': [" steps "]") BACK
#define PARALLEL(calls) "{'kind': 'parallel', '#': [" calls "]}"

static void calls_in_a_row_take_their_sum(void **state)
{
    (void)state;
    struct scenario s = cloud_run(FRONT(ASK("back 1", "") "," ASK("back 3", "") "," WORK("10ms"))
                                      CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 4010);
    scenario_close(&s);
}

static void parallel_calls_take_as_long_as_the_longest(void **state)
{
    (void)state;
    struct scenario s = cloud_run(FRONT(PARALLEL(ASK("back 1", "") "," ASK("back 3", "") "," ASK(
        "back 2", "")) "," WORK("10ms")) CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 3010);
    assert_true(cloud_service(&s, "back", "received") == 3);
    scenario_close(&s);
}

static void a_parallel_failure_is_told_when_all_are_back(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(FRONT(PARALLEL(ASK("back bad", "") "," ASK("back 3", "")) "," WORK("10ms"))
                      CALL("a", "front /", "0", ""));
    assert_failed(&s, "a", "error", 3000); /* and the work after it is not done */
    assert_true(cloud_service(&s, "front", "cpu_cores") == 0);
    scenario_close(&s);
}

static void the_same_target_may_be_called_many_times_at_once(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(FRONT(PARALLEL(ASK("back 1", "") "," ASK("back 1", "") "," ASK("back 1", "")))
                      CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 1000);
    assert_true(cloud_service(&s, "back", "ok") == 3);
    scenario_close(&s);
}

static void a_failed_call_fails_its_caller_unless_optional(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(FRONT(ASK("back bad", "") "," WAIT("1s")) CALL("a", "front /", "0", ""));
    assert_failed(&s, "a", "error", 1500);
    scenario_close(&s);
    s = cloud_run(FRONT(ASK("back bad", ", 'optional': true") "," WAIT("1s"))
                      CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 2500);
    assert_true(cloud_service(&s, "front", "done_without") == 1);
    scenario_close(&s);
    s = cloud_run(FRONT(PARALLEL(ASK("back bad", ", 'optional': true") "," ASK("back 1", "")))
                      CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 1500);
    scenario_close(&s);
}

static void a_child_that_times_out_is_retried_by_its_caller_only(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        FRONT(ASK("back 3", ", 'timeout': '500ms', 'retry': {'attempts': 3, 'backoff': '100ms', "
                            "'jitter': 'none'}")) CALL("a", "front /", "0", ""));
    assert_failed(&s, "a", "error", 500 + 100 + 500 + 200 + 500);
    assert_true(cloud_service(&s, "front", "received") == 1);
    assert_true(cloud_service(&s, "back", "received") == 3);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- workers */

#define TWICE "'/': [" WORK("100ms") "," WAIT("1s") "," WORK("100ms") "]"

static void a_thread_keeps_its_worker_while_it_waits(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("10s") SERVICE("shop", "'workers': 1,", TWICE)
                                      CALL("a", "shop /", "0", "") CALL("b", "shop /", "0", ""));
    assert_took(&s, "a", 1200);
    assert_took(&s, "b", 2400);
    assert_close(cloud_service(&s, "shop", "utilization"), 0.24, 1e-9);
    scenario_close(&s);
}

static void an_event_loop_holds_a_worker_only_while_it_works(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("10s") SERVICE("shop", "'workers': 1, 'async': true,", TWICE)
                                      CALL("a", "shop /", "0", "") CALL("b", "shop /", "0", ""));
    assert_took(&s, "a", 1200);
    assert_took(&s, "b", 1300);
    assert_close(cloud_service(&s, "shop", "utilization"), 0.04, 1e-9);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- chance */

#define MANY(steps, more)                                                                          \
    RUN("200s")                                                                                    \
    SERVICE("shop", "'async': true,", "'/': [" steps "]") OPEN("c", "shop /", "200/s", more)
#define OPTION(weight, steps) "{'kind': 'option', 'weight': " #weight ", '#': [" steps "]}"

static void branches_take_their_shares(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(
        &s,
        MANY("{'kind': 'branch', '#': [" OPTION(2, WAIT("10ms")) "," OPTION(
                 3,
                 WAIT("20ms")) "," OPTION(5,
                                          ASK("b /",
                                              "")) "," OPTION(0,
                                                              "{'kind': 'fail'}") "]}," WAIT("1ms"),
             "") SERVICE("b", "'async': true,", "'/': [" WAIT("30ms") "]"),
        (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    double n = cloud_client(&s, "c", "ok"), third = cloud_service(&s, "b", "received");
    assert_true(n > 35000 && cloud_client(&s, "c", "failed") == 0);
    assert_close(third / n, 0.5, 4 * sqrt(0.25 / n));
    double sd = sqrt(0.2 * 11 * 11 + 0.3 * 21 * 21 + 0.5 * 31 * 31 - 24.0 * 24);
    assert_close(cloud_client(&s, "c", "latency_ms.mean"), 24, 4 * sd / sqrt(n));
    assert_close(cloud_client(&s, "c", "latency_ms.stddev"), sd, 0.2);
    scenario_close(&s);
}

/* A geometric number of independent exponentials is exponential: its deviation is its mean. The
 * same draw in every round would make it 1.7 times that. */
static void every_round_of_a_loop_draws_afresh(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(&s,
               MANY("{'kind': 'loop', 'again': 0.5, '#': [{'kind': 'wait', 'time': " EXPONENTIAL(
                        "10ms") "}]}",
                    ""),
               (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    double n = cloud_client(&s, "c", "ok");
    assert_close(cloud_client(&s, "c", "latency_ms.mean"), 20, 4 * 20 / sqrt(n));
    assert_close(cloud_client(&s, "c", "latency_ms.stddev"), 20, 8 * 20 / sqrt(n));
    scenario_close(&s);
}

/* Also when it is not the failing hop that tries again. */
static void each_attempt_may_fail_anew(void **state)
{
    (void)state;
#define RETRY ", 'retry': {'attempts': 3, 'backoff': '1ms'}"
#define HALF "{'kind': 'fail', 'probability': '50%'}"
    static const char *const scenarios[] = {
        MANY(HALF, RETRY),
        MANY(ASK("mid /", ""), RETRY) SERVICE("mid", "'async': true,", "'/': [" ASK("b /", "") "]")
            SERVICE("b", "'async': true,", "'/': [" HALF "]"),
    };
    for (uint32_t i = 0; i < 2; i++) {
        struct scenario s;
        cloud_open(&s, scenarios[i], (struct cloud_options){ .unchecked = true });
        assert_true(world_run(s.w, INT64_MAX));
        world_report(s.w);
        double ok = cloud_client(&s, "c", "ok"), failed = cloud_client(&s, "c", "failed");
        double n = ok + failed;
        assert_true(n > 35000);
        assert_close(failed / n, 0.125, 4 * sqrt(0.125 * 0.875 / n));
        assert_close(cloud_client(&s, "c", "attempts"), 1.75, 0.05);
        scenario_close(&s);
    }
}

/* Nested retries meet fresh chances in every attempt: (1/2)^4 of all fail, not (1/2)^2. */
static void attempts_at_two_levels_are_independent(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(&s,
               MANY(ASK("b /", ", 'retry': {'attempts': 2, 'backoff': '1ms'}"),
                    ", 'retry': {'attempts': 2, 'backoff': '1ms'}")
                   SERVICE("b", "'async': true,", "'/': [" HALF "]"),
               (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    double n = cloud_client(&s, "c", "ok") + cloud_client(&s, "c", "failed");
    assert_close(cloud_client(&s, "c", "failed") / n, 0.0625, 4 * sqrt(0.0625 * 0.9375 / n));
    scenario_close(&s);
}

/* Of waits that differ by attempt the second try is as good as any: both late is a quarter. Of waits
 * that are the customer's, who is late once is late again. */
static void a_wait_is_the_customer_s_or_the_attempt_s(void **state)
{
    (void)state;
    static const char *const drawn[] = { "customer", "attempt" };
    static const double late[] = { 0.5, 0.25 };
    for (int i = 0; i < 2; i++) {
        struct text objects = { 0 };
        text_format(&objects,
                    RUN("200s") SERVICE("a", "'async': true,",
                                        "'/': [{'kind': 'wait', 'drawn': '%s', '#': [{'kind': "
                                        "'uniform', '#': ['0s', '20ms']}]}]")
                        OPEN("u", "a /", "100/s",
                             ", 'timeout': '10ms', 'retry': {'attempts': 2, 'backoff': '0s'}"),
                    drawn[i]);
        struct scenario s = cloud_run(text_data(&objects));
        double share = cloud_client(&s, "u", "by_outcome.timeout") / cloud_client(&s, "u", "sent");
        assert_close(share, late[i], 0.02);
        scenario_close(&s);
        text_close(&objects);
    }
}

static void sizes_add_up_at_the_client(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("10s") SERVICE("shop", "", "'/': [{'kind': 'size', '#': ['2Ki']}," WAIT("1ms") "]")
            CALL("a", "shop /", "0", "") CALL("b", "shop /", "5", ", 'timeout': '1us'"));
    assert_true(cloud_client(&s, "a", "bytes") == 2048);
    assert_true(cloud_client(&s, "b", "bytes") == 0);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- graphs */

/* A chain s0 > s1 > ... of so many services, the first or the last one said first. */
static char *chain(struct text *t, uint32_t count, bool leaf_first)
{
    text_add(t, RUN("1s"));
    for (uint32_t n = 0; n < count; n++) {
        uint32_t i = leaf_first ? count - 1 - n : n;
        text_format(t, ", {'kind': 'service', 'name': 's%u', 'endpoints': {'/': [", i);
        if (i + 1 < count) text_format(t, "{'kind': 'call', '#': ['s%u /']}", i + 1);
        text_add(t, "]}}");
    }
    text_add(t, CALL("a", "s0 /", "0", ""));
    return t->data;
}

static void calls_nest_64_deep_and_no_deeper(void **state)
{
    (void)state;
    for (int leaf_first = 0; leaf_first < 2; leaf_first++) {
        struct text ok = { 0 }, deep = { 0 };
        struct scenario s = cloud_run(chain(&ok, 65, leaf_first));
        assert_true(cloud_client(&s, "a", "ok") == 1);
        scenario_close(&s);
        cloud_refused(chain(&deep, 66, leaf_first), "calls nest deeper than 64");
        text_close(&ok);
        text_close(&deep);
    }
}

static void cycles_are_refused(void **state)
{
    (void)state;
    cloud_refused(RUN("1s") SERVICE("a", "", "'/': [" ASK("a /", "") "]"), "a cycle of calls");
    cloud_refused(RUN("1s") SERVICE("a", "", "'/': [" ASK("b /", "") "]")
                      SERVICE("b", "", "'/': [" ASK("c /", "") "]")
                          SERVICE("c", "", "'/': [" PARALLEL(ASK("a /", "")) "]"),
                  "a cycle of calls");
    /* Another endpoint of a service further up is no cycle. */
    struct scenario s =
        cloud_run(RUN("1s") SERVICE("a", "", "'/': [" ASK("b /", "") "], '/leaf': []")
                      SERVICE("b", "", "'/': [" ASK("a /leaf", "") "]") CALL("u", "a /", "0", ""));
    assert_took(&s, "u", 0);
    scenario_close(&s);
}

static void calls_side_by_side_to_one_target_choose_apart(void **state)
{
    (void)state;
    static const char *const balancers[] = { "random", "powerOfTwo", "leastRequest" };
    for (uint32_t i = 0; i < 3; i++) {
        struct text t = { 0 };
        text_format(&t,
                    RUN("200s") SERVICE("root", "'async': true,",
                                        "'/': [{'kind': 'parallel', '#': [" ASK(
                                            "leaf /", "") ", " ASK("leaf /", "") "]}]")
                        SERVICE("leaf", "'replicas': 2, 'workers': 1, 'balancer': '%s',",
                                "'/': [" WORK("10ms") "]")
                            OPEN("c", "root /", "5/s", ""),
                    balancers[i]);
        struct scenario s = cloud_run(text_data(&t));
        /* The same pod for both half of the time: 10 or 20 ms; few calls find others there. */
        double mean = cloud_client(&s, "c", "latency_ms.mean");
        assert_true(mean > 14 && mean < 17);
        text_close(&t);
        scenario_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_in_a_row_take_their_sum),
        cmocka_unit_test(parallel_calls_take_as_long_as_the_longest),
        cmocka_unit_test(a_parallel_failure_is_told_when_all_are_back),
        cmocka_unit_test(the_same_target_may_be_called_many_times_at_once),
        cmocka_unit_test(a_failed_call_fails_its_caller_unless_optional),
        cmocka_unit_test(a_child_that_times_out_is_retried_by_its_caller_only),
        cmocka_unit_test(a_thread_keeps_its_worker_while_it_waits),
        cmocka_unit_test(an_event_loop_holds_a_worker_only_while_it_works),
        cmocka_unit_test(branches_take_their_shares),
        cmocka_unit_test(every_round_of_a_loop_draws_afresh),
        cmocka_unit_test(each_attempt_may_fail_anew),
        cmocka_unit_test(attempts_at_two_levels_are_independent),
        cmocka_unit_test(a_wait_is_the_customer_s_or_the_attempt_s),
        cmocka_unit_test(sizes_add_up_at_the_client),
        cmocka_unit_test(calls_nest_64_deep_and_no_deeper),
        cmocka_unit_test(cycles_are_refused),
        cmocka_unit_test(calls_side_by_side_to_one_target_choose_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
