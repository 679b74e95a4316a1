/* test_discovery_slice.c - readiness on its way through EndpointSlices and kube-proxies. */
#include "../support/cloud.h"

#include "traffic/sync.h"

#define MS NS_PER_MS
#define SHOP(fields) RUN("200s") SERVICE("shop", fields, "'GET /': [" WORK("1ms") "]")
#define SLICE(more)                                                                                \
    ", 'discovery': {'kind': 'endpointSlice', 'propagation': '300ms'" more "}"
#define ASKS(at, more) CALL("user" at, "shop GET /", at, SLICE(more))

static double outcome(const struct scenario *s, const char *client, const char *metric)
{
    return scenario_figure(s, "clients", client, metric);
}

static void a_pod_that_left_is_asked_until_the_slices_say_so(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'replicas': 1,") AT("10s", SCALE("shop", 0)) ASKS("10299", "")
                      ASKS("10301", ""));
    assert_true(scenario_figure(&s, "discovery", "user10299 > shop GET /", "refused") == 1);
    assert_true(scenario_figure(&s, "discovery", "user10301 > shop GET /", "nowhere") == 1);
    assert_close(scenario_figure(&s, "discovery", "user10299 > shop GET /", "stale_ms.mean"), 300,
                 1e-6);
    scenario_close(&s);
}

static void a_new_pod_is_asked_when_the_slices_say_so(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'replicas': 0, 'maxReplicas': 1,") AT("10s", SCALE("shop", 1))
                      ASKS("10299", "") ASKS("10301", ""));
    assert_true(outcome(&s, "user10299", "failed") == 1);
    assert_true(outcome(&s, "user10301", "ok") == 1);
    assert_close(scenario_figure(&s, "discovery", "user10299 > shop GET /", "late_ms.mean"), 300,
                 1e-6);
    scenario_close(&s);
}

static void rules_apply_when_they_are_written(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 1,") AT("10s", SCALE("shop", 0))
                                      ASKS("10799", ", 'syncTime': '500ms'")
                                          ASKS("10801", ", 'syncTime': '500ms'"));
    assert_true(scenario_figure(&s, "discovery", "user10799 > shop GET /", "refused") == 1);
    assert_true(scenario_figure(&s, "discovery", "user10801 > shop GET /", "nowhere") == 1);
    scenario_close(&s);
}

/* Two changes are written at once, the third a period after the second. */
static void a_third_change_waits_for_the_sync_period(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 3,") AT("10s", SCALE("shop", 2)) AT("10.1s", SCALE("shop", 1))
            AT("10.2s", SCALE("shop", 0)) ASKS("11399", ", 'minSyncPeriod': '1s'")
                ASKS("11401", ", 'minSyncPeriod': '1s'"));
    assert_true(scenario_figure(&s, "discovery", "user11399 > shop GET /", "refused") == 1);
    assert_true(scenario_figure(&s, "discovery", "user11401 > shop GET /", "nowhere") == 1);
    scenario_close(&s);
}

static void kube_proxy_keeps_its_distance_after_a_burst_of_two(void **state)
{
    (void)state;
    struct sync sync = { 0 };
    int64_t period_ns = 1000 * MS;
    assert_int_equal(sync_at(&sync, 5000 * MS, period_ns), 5000 * MS);
    assert_int_equal(sync_at(&sync, 5100 * MS, period_ns), 5100 * MS);
    assert_int_equal(sync_at(&sync, 5200 * MS, period_ns), 6100 * MS);
    sync_ran(&sync, 6100 * MS, period_ns);
    assert_int_equal(sync_at(&sync, 6200 * MS, period_ns), 7100 * MS);
    sync_ran(&sync, 7100 * MS, period_ns);
    assert_int_equal(sync_at(&sync, 20000 * MS, period_ns), 20000 * MS); /* full again */
    assert_int_equal(sync_at(&sync, 20000 * MS, period_ns), 20000 * MS);
    assert_int_equal(sync_at(&sync, 20000 * MS, period_ns), 21000 * MS);
}

#define TWO_ZONES                                                                                  \
    ", {'kind': 'zones', 'names': ['a', 'b']}, {'kind': 'nodepool', 'name': 'workers', "           \
    "'count': 2, 'cpu': '4', 'memory': '8Gi'}"
#define OUTAGE(duration) "{'kind': 'zoneOutage', 'zone': 'a', 'duration': '" duration "'}"

/* Its pods stay in the slices for 40 s, and whoever asks them waits for the connect timeout. */
static void the_pods_of_a_dead_node_linger_until_it_is_missed(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") TWO_ZONES AT("10s", OUTAGE("180s"))
            OPEN("user", "shop GET /", "1/s", SLICE(", 'connectTimeout': '2s'")));
    const char *route = "user > shop GET /";
    double silent = scenario_figure(&s, "discovery", route, "unanswered");
    assert_true(silent > 8 && silent < 40); /* about half of 40 */
    assert_close(scenario_figure(&s, "discovery", route, "stale_ms.max"), 40300, 1e-6);
    assert_true(outcome(&s, "user", "by_outcome.unavailable") == silent);
    assert_close(outcome(&s, "user", "failed_latency_ms.mean"), 2000, 1e-6);
    scenario_close(&s);
}

static void a_node_that_comes_back_in_time_was_never_missed(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'replicas': 2,") TWO_ZONES AT("10s", OUTAGE("20s"))
                      OPEN("user", "shop GET /", "1/s", SLICE("")));
    assert_null(recorder_figure(s.rec, "discovery", "user > shop GET /", "stale_ms.max"));
    scenario_close(&s);
}

static void all_pods_of_a_caller_have_views_of_their_own(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") SERVICE("page", "'replicas': 3,",
                                       "'GET /': [" ASK("shop GET /", SLICE("")) "]")
            AT("10s", SCALE("shop", 1)) OPEN("user", "page GET /", "100/s", ""));
    const char *route = "page GET / > shop GET /";
    assert_true(scenario_figure(&s, "discovery", route, "stale_ms.max") > 299);
    double refused = scenario_figure(&s, "discovery", route, "refused");
    assert_true(refused > 5 && refused < 30); /* half of 100/s for 0.3 s */
    assert_true(outcome(&s, "user", "failed") == refused);
    scenario_close(&s);
}

static void what_a_service_wishes_holds_for_callers_that_say_nothing(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 1, 'discovery': {'kind': 'endpointSlice'},") AT("10s", SCALE("shop", 0))
            CALL("silent", "shop GET /", "10050", "")
                CALL("other", "shop GET /", "10050", ", 'discovery': {'kind': 'instant'}"));
    assert_true(scenario_figure(&s, "discovery", "silent > shop GET /", "refused") == 1);
    assert_null(recorder_figure(s.rec, "discovery", "other > shop GET /", "tried"));
    scenario_close(&s);
}

static void a_pre_stop_sleep_covers_the_propagation(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 4, 'preStop': '2s',")
                                      AT("10s", "{'kind': 'restart', '#': ['shop']}")
                                          OPEN("user", "shop GET /", "200/s", SLICE("")));
    assert_true(outcome(&s, "user", "failed") == 0);
    scenario_close(&s);
    s = cloud_run(SHOP("'replicas': 4,") AT("10s", "{'kind': 'restart', '#': ['shop']}")
                      OPEN("user", "shop GET /", "200/s", SLICE("")));
    assert_true(outcome(&s, "user", "failed") > 20);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pod_that_left_is_asked_until_the_slices_say_so),
        cmocka_unit_test(a_new_pod_is_asked_when_the_slices_say_so),
        cmocka_unit_test(rules_apply_when_they_are_written),
        cmocka_unit_test(a_third_change_waits_for_the_sync_period),
        cmocka_unit_test(kube_proxy_keeps_its_distance_after_a_burst_of_two),
        cmocka_unit_test(the_pods_of_a_dead_node_linger_until_it_is_missed),
        cmocka_unit_test(a_node_that_comes_back_in_time_was_never_missed),
        cmocka_unit_test(all_pods_of_a_caller_have_views_of_their_own),
        cmocka_unit_test(what_a_service_wishes_holds_for_callers_that_say_nothing),
        cmocka_unit_test(a_pre_stop_sleep_covers_the_propagation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
