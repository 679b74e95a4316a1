/* test_lifecycle.c - pods come, start, crash, restart, drain and go, at the right moments. */
#include "../support/cloud.h"

#include "infra/infra.h"

#define SECOND "'s': [" WORK("1s") "], 'x': [" WORK("10s") "]"
#define SHOP(fields) RUN("2000s") SERVICE("shop", fields, SECOND)

static uint32_t ready(const struct scenario *s)
{
    return service_ready_count(s->w, 0);
}

static struct scenario begin(const char *objects)
{
    struct scenario s;
    cloud_open(&s, objects, (struct cloud_options){ 0 });
    return s;
}

static void run_ms(const struct scenario *s, int64_t ms)
{
    assert_true(world_run(s->w, ms * NS_PER_MS));
}

/* ------------------------------------------------------------------------- crashes */

static void a_crash_fails_every_call_at_the_pod(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'workers': 1,") CALL("running", "shop s", "0", "")
                                      CALL("waiting", "shop s", "1", "") AT("500ms", CRASH("shop"))
                                          CALL("later", "shop s", "600", ""));
    assert_failed(&s, "running", "crashed", 500);
    assert_failed(&s, "waiting", "crashed", 499);
    assert_took(&s, "later", 1000); /* the first restart is at once */
    assert_true(cloud_service(&s, "shop", "restarts") == 1);
    assert_true(cloud_service(&s, "shop", "by_outcome.crashed") == 2);
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 1.5 / 2000, 1e-12);
    scenario_close(&s);
}

static void callers_of_a_crashed_pod_retry_elsewhere(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2, 'workers': 2, 'startup': '1m',") ", {'kind': 'client', 'name': 'c', "
                                                              "'target': 'shop s', 'users': 2, "
                                                              "'stop': '1us', 'retry': "
                                                              "{'attempts': 2, 'backoff': "
                                                              "'100ms', 'jitter': 'none'}}" AT(
                                                                  "500ms", CRASH("shop")));
    assert_true(cloud_client(&s, "c", "ok") == 2);
    assert_close(cloud_client(&s, "c", "latency_ms.max"), 500 + 100 + 1000, 2e-6);
    assert_close(cloud_client(&s, "c", "latency_ms.mean"), (1000 + 1600) / 2.0, 2e-6);
    scenario_close(&s);
}

static void a_crash_drops_the_calls_that_its_calls_have_made(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") SERVICE("front", "", "'/': [" ASK("back x", "") "]")
                                      SERVICE("back", "'workers': 1, 'onAbandon': 'cancel',",
                                              SECOND) CALL("a", "front /", "0", "")
                                          AT("2s", CRASH("front")) CALL("b", "back s", "1000", ""));
    assert_failed(&s, "a", "crashed", 2000);
    assert_took(&s, "b", 2000); /* the back is free at 2 s */
    scenario_close(&s);
}

static void without_a_ready_pod_calls_are_refused(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'startup': '10s',") AT("1s", CRASH("shop")) CALL(
        "a", "shop s", "2000", "") CALL("b", "shop s", "12000", ""));
    assert_failed(&s, "a", "unavailable", 0);
    assert_took(&s, "b", 1000);
    scenario_close(&s);
}

/* Crashes just after each restart: 0, 10, 20, 40, 80, 160, 300 and 300 s; after ten minutes of
 * running the count begins anew. */
static void crash_loops_back_off_and_are_forgotten(void **state)
{
    (void)state;
    static const int crashes_s[] = { 1, 2, 13, 34, 75, 156, 317, 618, 1519, 1520 };
    static const int back_s[] = { 1, 12, 33, 74, 155, 316, 617, 918, 1519, 1530 };
    struct text t = { 0 };
    text_add(&t, SHOP(""));
    for (uint32_t i = 0; i < 10; i++)
        text_format(&t, ", {'kind': 'at', '#': ['%ds', " CRASH("shop") "]}", crashes_s[i]);
    struct scenario s = begin(text_data(&t));
    for (uint32_t i = 0; i < 10; i++) {
        run_ms(&s, back_s[i] * 1000 - 1);
        assert_int_equal(ready(&s), back_s[i] == crashes_s[i]);
        run_ms(&s, back_s[i] * 1000);
        assert_int_equal(ready(&s), 1);
    }
    text_close(&t);
    scenario_close(&s);
}

static void dying_while_starting_is_a_crash_loop_too(void **state)
{
    (void)state;
    struct scenario s = begin(SHOP("'startup': '10s',") AT("700s", CRASH("shop"))
                                  AT("705s", "{'kind': 'crash', 'service': 'shop', 'pods': 1}"));
    run_ms(&s, 714999);
    assert_int_equal(pod_state_of(s.w, 0), POD_CRASHED); /* not at once: it ran for 5 s only */
    run_ms(&s, 715000);
    assert_int_equal(pod_state_of(s.w, 0), POD_STARTING);
    run_ms(&s, 725000);
    assert_int_equal(ready(&s), 1);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- scaling */

static void scaling_takes_the_highest_and_gives_the_lowest(void **state)
{
    (void)state;
    struct scenario s = begin(SHOP("'replicas': 3, 'startup': '5s',") AT("1s", SCALE("shop", 1))
                                  AT("2s", SCALE("shop", 4)));
    run_ms(&s, 1000);
    assert_int_equal(pod_state_of(s.w, 0), POD_READY);
    assert_int_equal(pod_state_of(s.w, 1), POD_GONE);
    assert_int_equal(pod_state_of(s.w, 2), POD_GONE);
    run_ms(&s, 6999);
    assert_int_equal(ready(&s), 1);
    assert_int_equal(pod_state_of(s.w, 1), POD_STARTING);
    run_ms(&s, 7000);
    assert_int_equal(ready(&s), 4);
    scenario_close(&s);
}

static void scaling_beyond_the_capacity_is_refused(void **state)
{
    (void)state;
    struct scenario s = begin(SHOP("'replicas': 1, 'maxReplicas': 3,"));
    assert_false(service_scale(s.w, 0, 4, 0));
    assert_int_equal(service_replicas(s.w, 0), 1);
    assert_true(service_scale(s.w, 0, 3, 0));
    run_ms(&s, 1);
    assert_int_equal(ready(&s), 3);
    scenario_close(&s);
}

static void a_service_may_scale_to_none_and_back(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'startup': '1s',") AT("1s", SCALE("shop", 0)) AT(
        "5s", SCALE("shop", 1)) CALL("a", "shop s", "2000", "") CALL("b", "shop s", "6000", ""));
    assert_failed(&s, "a", "unavailable", 0);
    assert_took(&s, "b", 1000);
    scenario_close(&s);
}

static void a_draining_pod_finishes_what_it_has(void **state)
{
    (void)state;
    struct scenario s = begin(SHOP("'workers': 1,") CALL("a", "shop x", "0", "") CALL(
        "b", "shop x", "1", "") AT("1s", SCALE("shop", 0)) CALL("c", "shop s", "2000", ""));
    run_ms(&s, 19999);
    assert_int_equal(pod_state_of(s.w, 0), POD_DRAINING);
    run_ms(&s, 20000);
    assert_int_equal(pod_state_of(s.w, 0), POD_GONE);
    world_report(s.w);
    assert_took(&s, "a", 10000);
    assert_took(&s, "b", 19999);
    assert_failed(&s, "c", "unavailable", 0);
    assert_true(cloud_service(&s, "shop", "restarts") == 0);
    scenario_close(&s);
}

static void the_grace_period_ends_in_a_kill_that_starts_nobody(void **state)
{
    (void)state;
    struct scenario s = begin(
        RUN("60s") SERVICE("shop", "'workers': 1, 'terminationGracePeriod': '3s',",
                           "'/': [" ASK("back x", "") "]") SERVICE("back", "", SECOND)
            CALL("a", "shop /", "0", "") CALL("b", "shop /", "1", "") AT("1s", SCALE("shop", 0)));
    run_ms(&s, 3999);
    assert_int_equal(pod_state_of(s.w, 0), POD_DRAINING);
    run_ms(&s, 60000);
    assert_int_equal(pod_state_of(s.w, 0), POD_GONE);
    world_report(s.w);
    assert_failed(&s, "a", "crashed", 4000);
    assert_failed(&s, "b", "crashed", 3999);
    assert_true(cloud_service(&s, "back", "received") == 1); /* b never got to its first step */
    assert_int_equal(scenario_entries(&s, "pod.killed"), 1);
    scenario_close(&s);
}

static void a_pod_that_crashes_while_draining_is_gone(void **state)
{
    (void)state;
    struct scenario s = begin(SHOP("") CALL("a", "shop x", "0", "") AT("1s", SCALE("shop", 0))
                                  AT("2s", CRASH("shop")));
    run_ms(&s, 1999);
    assert_int_equal(pod_state_of(s.w, 0), POD_DRAINING);
    pod_crash(s.w, 0, "a test", 0);
    assert_int_equal(pod_state_of(s.w, 0), POD_GONE);
    run_ms(&s, 100000);
    assert_int_equal(pod_state_of(s.w, 0), POD_GONE);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- room on nodes */

#define NODES ", {'kind': 'nodepool', 'name': 'n', 'count': 1, 'cpu': 2, 'memory': '1Gi'}"
#define ONE_CORE "'resources': {'requests': {'cpu': 1}},"

static void a_shortage_is_told_once_and_ends_when_there_is_room(void **state)
{
    (void)state;
    struct scenario s = begin(RUN("2000s") NODES SERVICE("shop", ONE_CORE, SECOND)
                                  SERVICE("other", ONE_CORE, SECOND) AT("1s", SCALE("shop", 2))
                                      AT("102s", SCALE("other", 0)) AT("202s", SCALE("shop", 3)));
    run_ms(&s, 105999);
    assert_int_equal(ready(&s), 1);
    assert_int_equal(scenario_entries(&s, "pod.unschedulable"), 1);
    run_ms(&s, 106000); /* tried again every 5 s */
    assert_int_equal(ready(&s), 2);
    run_ms(&s, 300000);
    assert_int_equal(ready(&s), 2);
    assert_int_equal(scenario_entries(&s, "pod.unschedulable"), 2); /* another shortage */
    scenario_close(&s);
}

static void a_long_shortage_costs_one_event_every_five_seconds(void **state)
{
    (void)state;
    struct scenario s = begin(RUN("2000s") NODES SERVICE("shop", ONE_CORE, SECOND)
                                  SERVICE("other", ONE_CORE, SECOND));
    for (uint32_t i = 0; i < 100; i++) {
        assert_true(service_scale(s.w, 0, 2 + i % 2, 0));
        run_ms(&s, i);
    }
    uint64_t before = world_event_count(s.w);
    run_ms(&s, 500100);
    assert_true(world_event_count(s.w) - before <= 100 + 300); /* and the windows */
    scenario_close(&s);
}

static void replicas_that_fit_nowhere_are_refused_before_the_run(void **state)
{
    (void)state;
    cloud_refused(RUN("1s") NODES SERVICE("shop", "'replicas': 3, " ONE_CORE, SECOND),
                  "no node has room for replica 3 of 3");
    cloud_refused(RUN("1s") SERVICE("shop", "'replicas': 9, 'maxReplicas': 8,", SECOND),
                  "maxReplicas");
}

/* ------------------------------------------------------------------------- lost nodes */

#define TWO_ZONES                                                                                  \
    ", {'kind': 'zones', '#': ['a', 'b']}, {'kind': 'nodepool', 'name': 'n', 'count': 2, 'cpu': "  \
    "2, 'memory': '1Gi'}"
#define OUTAGE(lasts) AT("100s", "{'kind': 'zoneOutage', '#': ['a'], 'duration': '" lasts "'}")

static void a_pod_waits_for_its_node_as_long_as_it_tolerates(void **state)
{
    (void)state;
    struct scenario s = begin(
        RUN("2000s") TWO_ZONES SERVICE("shop", "'replicas': 2, " ONE_CORE, SECOND) OUTAGE("1000s"));
    uint32_t lost = infra_node(s.w, pod_node(s.w, 0))->zone == 0 ? 0 : 1;
    run_ms(&s, 439999);
    assert_int_equal(ready(&s), 1);
    assert_int_equal(pod_state_of(s.w, lost), POD_CRASHED);
    run_ms(&s, 440000); /* 40 s until it is taken for lost, and 300 s */
    assert_int_equal(ready(&s), 2);
    assert_int_equal(infra_node(s.w, pod_node(s.w, lost))->zone, 1);
    assert_int_equal(scenario_entries(&s, "pod.evicted"), 1);
    scenario_close(&s);
}

static void a_toleration_of_none_leaves_the_forty_seconds(void **state)
{
    (void)state;
    struct scenario s = begin(RUN("2000s") TWO_ZONES SERVICE(
        "shop", "'replicas': 2, 'unreachableToleration': '0s', " ONE_CORE, SECOND) OUTAGE("1000s"));
    run_ms(&s, 139999);
    assert_int_equal(ready(&s), 1);
    run_ms(&s, 140000);
    assert_int_equal(ready(&s), 2);
    scenario_close(&s);
}

static void a_node_that_returns_restarts_its_pods_at_its_heartbeat(void **state)
{
    (void)state;
    struct scenario s = begin(
        RUN("2000s") TWO_ZONES SERVICE("shop", "'replicas': 2, " ONE_CORE, SECOND) OUTAGE("63s"));
    run_ms(&s, 169999);
    assert_int_equal(ready(&s), 1);
    run_ms(&s, 170000);
    assert_int_equal(ready(&s), 2);
    assert_int_equal(scenario_entries(&s, "pod.evicted"), 0);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_fails_every_call_at_the_pod),
        cmocka_unit_test(callers_of_a_crashed_pod_retry_elsewhere),
        cmocka_unit_test(a_crash_drops_the_calls_that_its_calls_have_made),
        cmocka_unit_test(without_a_ready_pod_calls_are_refused),
        cmocka_unit_test(crash_loops_back_off_and_are_forgotten),
        cmocka_unit_test(dying_while_starting_is_a_crash_loop_too),
        cmocka_unit_test(scaling_takes_the_highest_and_gives_the_lowest),
        cmocka_unit_test(scaling_beyond_the_capacity_is_refused),
        cmocka_unit_test(a_service_may_scale_to_none_and_back),
        cmocka_unit_test(a_draining_pod_finishes_what_it_has),
        cmocka_unit_test(the_grace_period_ends_in_a_kill_that_starts_nobody),
        cmocka_unit_test(a_pod_that_crashes_while_draining_is_gone),
        cmocka_unit_test(a_shortage_is_told_once_and_ends_when_there_is_room),
        cmocka_unit_test(a_long_shortage_costs_one_event_every_five_seconds),
        cmocka_unit_test(replicas_that_fit_nowhere_are_refused_before_the_run),
        cmocka_unit_test(a_pod_waits_for_its_node_as_long_as_it_tolerates),
        cmocka_unit_test(a_toleration_of_none_leaves_the_forty_seconds),
        cmocka_unit_test(a_node_that_returns_restarts_its_pods_at_its_heartbeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
