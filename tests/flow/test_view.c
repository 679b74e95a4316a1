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

static uint64_t digest_of(const char *objects, bool heap_queue)
{
    struct scenario s;
    cloud_open(&s, objects, (struct cloud_options){ .heap_queue = heap_queue });
    assert_true(world_run(s.w, INT64_MAX));
    uint64_t digest = engine_digest(s.w->engine);
    scenario_close(&s);
    return digest;
}

#define TWO_TIERS(shop, ask)                                                                       \
    RUN("60s")                                                                                     \
    SERVICE("shop", "'replicas': 3, 'startup': '2s', " shop, "'GET /': [" WORK("5ms") "]")         \
    SERVICE("page", "'replicas': 2,", "'GET /': [" ASK("shop GET /", ask) "]")                     \
    AT("10s", RESTART)                                                                             \
    AT("20s", CRASH("page")) AT("30s", SCALE("shop", 1)) OPEN("user", "page GET /", "200/s", "")

static void without_a_discovery_nothing_changes(void **state)
{
    (void)state;
    uint64_t plain = digest_of(TWO_TIERS("", ""), false);
    assert_true(plain == digest_of(TWO_TIERS("", ", 'discovery': {'kind': 'instant'}"), false));
    assert_true(plain == digest_of(TWO_TIERS("'discovery': {'kind': 'endpointSlice'},",
                                             ", 'discovery': {'kind': 'instant'}"),
                                   false));
}

/* What reaches every caller at once is what there is: only events of the news are added. */
static void news_that_take_no_time_change_no_call(void **state)
{
    (void)state;
    struct scenario plain = cloud_run(TWO_TIERS("'preStop': '1s',", ""));
    struct scenario s = cloud_run(TWO_TIERS(
        "'preStop': '1s',",
        ", 'discovery': {'kind': 'endpointSlice', 'propagation': '0s', 'minSyncPeriod': '0s'}"));
    assert_true(failed(&plain, "ok") == failed(&s, "ok"));
    assert_true(failed(&plain, "latency_ms.mean") == failed(&s, "latency_ms.mean"));
    scenario_close(&s);
    scenario_close(&plain);
}

static void both_queues_agree_on_every_discovery(void **state)
{
    (void)state;
    static const char *const ways[] = {
        TWO_TIERS("'discovery': {'kind': 'endpointSlice'},", ""),
        TWO_TIERS("'discovery': {'kind': 'dns', 'headless': true},", ""),
        TWO_TIERS("'discovery': {'kind': 'dns', 'cache': 'none'},", ""),
        TWO_TIERS("'discovery': {'kind': 'eureka'},", ""),
        TWO_TIERS("'discovery': {'kind': 'static', 'gone': 'silent'},", ", 'timeout': '1s'"),
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_true(digest_of(ways[i], false) == digest_of(ways[i], true));
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
        cmocka_unit_test(without_a_discovery_nothing_changes),
        cmocka_unit_test(news_that_take_no_time_change_no_call),
        cmocka_unit_test(both_queues_agree_on_every_discovery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
