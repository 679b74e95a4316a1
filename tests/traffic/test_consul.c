/* test_consul.c - a catalog that learns by asking. */
#include "../support/cloud.h"

#define USER "user > shop GET /"
#define CONSUL(more) ", 'discovery': {'kind': 'consul', 'propagation': '200ms'" more "}"
#define SHOP(fields)                                                                               \
    RUN("200s")                                                                                    \
    SERVICE("shop", "'unreachableToleration': '1000s', 'startup': '60s', " fields,                 \
            "'GET /': [" WORK("1ms") "]")

static double seen(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "discovery", USER, metric);
}

static void who_ends_in_order_says_so(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 4,") AT("50s", SCALE("shop", 3))
                                      OPEN("user", "shop GET /", "20/s", CONSUL("")));
    assert_close(seen(&s, "stale_ms.max"), 200, 1e-6);
    scenario_close(&s);
}

static void a_process_that_dies_is_found_by_its_next_check(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 4,") AT("50s", CRASH("shop"))
                                      OPEN("user", "shop GET /", "20/s", CONSUL("")));
    double stale_ms = seen(&s, "stale_ms.max");
    assert_true(stale_ms > 200 && stale_ms <= 10200);
    /* The checks lie an interval apart. */
    scenario_close(&s);
    s = cloud_run(SHOP("'replicas': 4,") AT("50s", CRASH("shop")) OPEN(
        "user", "shop GET /", "20/s", CONSUL(", 'failuresBeforeCritical': 2")));
    assert_close(seen(&s, "stale_ms.max"), stale_ms + 20000, 1e-3);
    scenario_close(&s);
}

static void a_new_pod_waits_for_its_first_check(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 2,") AT("50s", SCALE("shop", 8))
                                      OPEN("user", "shop GET /", "20/s", CONSUL("")));
    assert_true(seen(&s, "late_ms.max") <= 10200);
    assert_true(seen(&s, "late_ms.mean") > 2000 && seen(&s, "late_ms.mean") < 8500);
    scenario_close(&s);
}

static void a_node_that_is_down_is_missed_by_gossip(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") ", {'kind': 'zones', 'names': ['a', 'b']}, {'kind': 'nodepool', "
                               "'name': 'workers', 'count': 2, 'cpu': '4', 'memory': '8Gi'}"
            AT("50s", "{'kind': 'zoneOutage', 'zone': 'a'}")
                OPEN("user", "shop GET /", "20/s", CONSUL(", 'connectTimeout': '1s'")));
    assert_close(seen(&s, "stale_ms.max"), 5200, 1e-6);
    assert_true(seen(&s, "unanswered") > 30 && seen(&s, "unanswered") < 75);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_ends_in_order_says_so),
        cmocka_unit_test(a_process_that_dies_is_found_by_its_next_check),
        cmocka_unit_test(a_new_pod_waits_for_its_first_check),
        cmocka_unit_test(a_node_that_is_down_is_missed_by_gossip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
