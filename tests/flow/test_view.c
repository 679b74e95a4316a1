/* test_view.c - what becomes of calls whose caller believes wrongly. */
#include "../support/cloud.h"

#define MOVES(preStop)                                                                             \
    RUN("60s")                                                                                     \
    SERVICE("shop", "'replicas': 2, 'preStop': '" preStop "',", "'GET /': [" WORK("1ms") "]")
#define HARD_CODED(more) ", 'discovery': {'kind': 'static'" more "}"
#define RESTART "{'kind': 'restart', '#': ['shop']}"

static double seen(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "discovery", "user > shop GET /", metric);
}

static double failed(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "clients", "user", metric);
}

static void a_pod_that_moved_refuses_who_asks_its_old_address(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(MOVES("0s") AT("10s", RESTART) CALL("user", "shop GET /", "20000", HARD_CODED("")));
    assert_true(seen(&s, "tried") == 1 && seen(&s, "refused") == 1);
    assert_true(failed(&s, "by_outcome.unavailable") == 1);
    assert_true(failed(&s, "failed_latency_ms.mean") == 0);
    scenario_close(&s);
}

static void who_sees_the_group_itself_never_asks_an_old_address(void **state)
{
    (void)state;
    struct scenario s = cloud_run(MOVES("0s") AT("10s", RESTART) CALL(
        "user", "shop GET /", "20000", ", 'discovery': {'kind': 'instant'}"));
    assert_true(failed(&s, "ok") == 1);
    assert_null(recorder_figure(s.rec, "discovery", "user > shop GET /", "tried"));
    scenario_close(&s);
}

static void a_silent_address_keeps_the_caller_for_its_connect_timeout(void **state)
{
    (void)state;
    struct scenario s = cloud_run(MOVES("0s") AT("10s", RESTART) CALL(
        "user", "shop GET /", "20000", HARD_CODED(", 'gone': 'silent', 'connectTimeout': '2s'")));
    assert_true(seen(&s, "unanswered") == 1);
    assert_close(failed(&s, "failed_latency_ms.mean"), 2000, 1e-6);
    scenario_close(&s);
}

static void an_address_given_to_another_answers_with_an_error(void **state)
{
    (void)state;
    struct scenario s = cloud_run(MOVES("0s") AT("10s", RESTART) CALL(
        "user", "shop GET /", "20000", HARD_CODED(", 'gone': 'wrongPod'")));
    assert_true(seen(&s, "wrong_pod") == 1 && failed(&s, "by_outcome.error") == 1);
    scenario_close(&s);
}

static void a_restart_in_place_keeps_the_address(void **state)
{
    (void)state;
    struct scenario s = cloud_run(MOVES("0s") AT("10s", CRASH("shop"))
                                      CALL("user", "shop GET /", "20000", HARD_CODED("")));
    assert_true(seen(&s, "reached") == 1 && failed(&s, "ok") == 1);
    scenario_close(&s);
}

static void a_pod_serves_old_callers_while_its_pre_stop_hook_sleeps(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        MOVES("15s") AT("10s", SCALE("shop", 0)) CALL("user", "shop GET /", "20000", HARD_CODED(""))
            CALL("late", "shop GET /", "25001", HARD_CODED("")));
    assert_true(failed(&s, "ok") == 1);
    assert_true(scenario_figure(&s, "clients", "late", "by_outcome.unavailable") == 1);
    scenario_close(&s);
}

static void the_hook_counts_into_the_grace_period(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(&s,
               RUN("60s") SERVICE("shop",
                                  "'preStop': '40s', 'terminationGracePeriod': '20s', 'replicas': 1,",
                                  "'GET /': [" WORK("1ms") "]") AT("10s", SCALE("shop", 0)),
               (struct cloud_options){ 0 });
    scenario_run(&s, 29.9);
    assert_int_equal(pod_state_of(s.w, 0), POD_DRAINING);
    scenario_run(&s, 30.1);
    assert_int_equal(pod_state_of(s.w, 0), POD_GONE);
    scenario_close(&s);
}

static void a_caller_that_begins_anew_looks_again(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "", "'GET /': [" WORK("1ms") "]")
            SERVICE("page", "", "'GET /': [" ASK("shop GET /", HARD_CODED("")) "]")
                AT("10s", RESTART) AT("30s", CRASH("page")) CALL("first", "page GET /", "20000", "")
                    CALL("second", "page GET /", "40000", ""));
    assert_true(scenario_figure(&s, "clients", "first", "failed") == 1);
    assert_true(scenario_figure(&s, "clients", "second", "ok") == 1);
    scenario_close(&s);
}

static void what_is_written_down_never_changes(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "", "'GET /': [" WORK("1ms") "]")
            SERVICE("page", "", "'GET /': [" ASK("shop GET /", HARD_CODED(", 'resolved': 'never'")) "]")
                AT("10s", RESTART) AT("30s", CRASH("page"))
                    CALL("second", "page GET /", "40000", ""));
    assert_true(scenario_figure(&s, "clients", "second", "failed") == 1);
    scenario_close(&s);
}

static void a_retry_may_find_a_pod_that_is_there(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        MOVES("0s") AT("10s", SCALE("shop", 1))
            CALL("user", "shop GET /", "20000", HARD_CODED("") ", 'retry': {'attempts': 2}")
                CALL("other", "shop GET /", "21000", HARD_CODED("") ", 'retry': {'attempts': 2}"));
    assert_true(failed(&s, "ok") == 1);
    assert_true(scenario_figure(&s, "clients", "other", "ok") == 1);
    scenario_close(&s);
}

static void a_refusal_travels_there_and_back(void **state)
{
    (void)state;
    struct scenario s = cloud_run(MOVES("0s") ", {'kind': 'network', 'internet': '20ms'}" AT(
        "10s", RESTART) CALL("user", "shop GET /", "20000", HARD_CODED("")));
    assert_close(failed(&s, "failed_latency_ms.mean"), 40, 1e-6);
    scenario_close(&s);
}

static void a_caller_may_give_up_before_its_connection_does(void **state)
{
    (void)state;
    struct scenario s = cloud_run(MOVES("0s") AT("10s", RESTART) CALL(
        "user", "shop GET /", "20000", HARD_CODED(", 'gone': 'silent'") ", 'timeout': '1s'"));
    assert_true(failed(&s, "by_outcome.timeout") == 1 && seen(&s, "unanswered") == 1);
    assert_int_equal(s.w->calls->in_flight, 0);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pod_that_moved_refuses_who_asks_its_old_address),
        cmocka_unit_test(who_sees_the_group_itself_never_asks_an_old_address),
        cmocka_unit_test(a_silent_address_keeps_the_caller_for_its_connect_timeout),
        cmocka_unit_test(an_address_given_to_another_answers_with_an_error),
        cmocka_unit_test(a_restart_in_place_keeps_the_address),
        cmocka_unit_test(a_pod_serves_old_callers_while_its_pre_stop_hook_sleeps),
        cmocka_unit_test(the_hook_counts_into_the_grace_period),
        cmocka_unit_test(a_caller_that_begins_anew_looks_again),
        cmocka_unit_test(what_is_written_down_never_changes),
        cmocka_unit_test(a_retry_may_find_a_pod_that_is_there),
        cmocka_unit_test(a_refusal_travels_there_and_back),
        cmocka_unit_test(a_caller_may_give_up_before_its_connection_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
