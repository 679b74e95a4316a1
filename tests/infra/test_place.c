/* test_place.c - where pods go, what is left, and what it costs. */
#include "infra/infra.h"
#include "../support/scenario.h"

#include <math.h>

#define POOL(fields)                                                                               \
    "{'kind': 'nodepool', 'name': 'workers', 'cpu': '4', 'memory': '8Gi', " fields "}"
#define ZONES "{'kind': 'zones', '#': ['eu-1a', 'eu-1b', 'eu-1c']},"
#define GIB (INT64_C(1) << 30)

static void without_a_pool_one_node_holds_everything(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, "");
    assert_int_equal(infra_node_count(s.w), 1);
    assert_int_equal(infra_zone_count(s.w), 1);
    assert_string_equal(infra_zone_name(s.w, 0), "zone-a");
    for (int i = 0; i < 100; i++)
        assert_int_equal(infra_place(s.w, 0, 1e6, INT64_MAX / 2), 0);
    assert_true(isinf(infra_node(s.w, 0)->cpu_free));
    assert_true(infra_node(s.w, 0)->memory_free == INT64_MAX);
    infra_room.check(s.w);
    scenario_close(&s);
}

static void nodes_are_dealt_over_zones_in_turn(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s,
        ZONES POOL(
            "'count': 4") ", {'kind': 'nodepool', 'name': 'spare', "
                          "'count': 2, 'zones': ['eu-1c', 'eu-1a'], 'cpu': 1, 'memory': '1Gi'}");
    static const uint8_t zones[] = { 0, 1, 2, 0, 2, 0 };
    static const char *const names[] = { "workers-0", "workers-1", "workers-2",
                                         "workers-3", "spare-0",   "spare-1" };
    assert_int_equal(infra_node_count(s.w), 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(infra_node(s.w, i)->zone, zones[i]);
        assert_string_equal(infra_node(s.w, i)->name, names[i]);
        assert_true(infra_node(s.w, i)->up);
    }
    scenario_close(&s);
}

static void pods_of_a_group_spread_over_zones_then_over_nodes(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, ZONES POOL("'count': 6"));
    static const uint32_t wanted[] = { 0, 1, 2, 3, 4, 5, 0, 1 };
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(infra_place(s.w, 0, 0.5, GIB), wanted[i]);
    /* Another group minds its own spread, and prefers the emptier nodes: 2..5 have one pod. */
    static const uint32_t others[] = { 2, 3, 4 };
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(infra_place(s.w, 1, 0.5, GIB), others[i]);
    infra_room.check(s.w);
    scenario_close(&s);
}

static void zones_are_balanced_before_nodes(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s, ZONES POOL("'count': 3, 'zones': ['eu-1a']") ", {'kind': 'nodepool', 'name': "
                                                         "'b', 'count': 1, 'zones': 'eu-1b', "
                                                         "'cpu': 4, 'memory': '8Gi'}");
    static const uint32_t wanted[] = { 0, 3, 1, 3, 2, 3 };
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(infra_place(s.w, 0, 0.5, GIB), wanted[i]);
    scenario_close(&s);
}

static void a_full_node_takes_no_more(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, POOL("'count': 1"));
    for (int i = 0; i < 40; i++)
        assert_int_equal(infra_place(s.w, 0, 0.1, 1), 0);
    assert_true(infra_node(s.w, 0)->cpu_free == 0); /* exactly, though 0.1 is no binary fraction */
    assert_int_equal(infra_place(s.w, 0, 0.001, 1), NODE_NONE);
    assert_int_equal(infra_place(s.w, 0, 0, 0), 0); /* what requests nothing always fits */
    for (int i = 0; i < 40; i++)
        infra_release(s.w, 0, 0, 0.1, 1);
    assert_true(infra_node(s.w, 0)->cpu_free == 4);
    assert_int_equal(infra_place(s.w, 0, 0, 8 * GIB + 1), NODE_NONE);
    assert_int_equal(infra_place(s.w, 0, 0, 8 * GIB), 0);
    assert_true(infra_node(s.w, 0)->memory_free == 0);
    infra_room.check(s.w);
    scenario_close(&s);
}

static void a_request_below_a_millicore_counts_as_one(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, POOL("'count': 1"));
    infra_place(s.w, 0, 0.0001, 0);
    assert_true(infra_node(s.w, 0)->cpu_free == 3.999);
    infra_place(s.w, 0, 0.29, 0); /* 0.29 * 1000 is a hair below 290 */
    assert_true(infra_node(s.w, 0)->cpu_free == 3.709);
    scenario_close(&s);
}

static void a_node_is_up_when_every_outage_is_over(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, POOL("'count': 2"));
    infra_node_up(s.w, 0, false);
    infra_node_up(s.w, 0, false);
    assert_int_equal(infra_place(s.w, 0, 1, 0), 1);
    assert_int_equal(infra_place(s.w, 0, 1, 0), 1);
    infra_node_up(s.w, 0, true);
    assert_false(infra_node(s.w, 0)->up);
    infra_node_up(s.w, 0, true);
    assert_true(infra_node(s.w, 0)->up);
    assert_int_equal(infra_place(s.w, 0, 1, 0), 0);
    infra_room.check(s.w);
    scenario_close(&s);
}

#define SHOP                                                                                       \
    "{'kind': 'service', 'name': 'shop', 'replicas': 3, 'workers': 1, 'resources': {'requests': "  \
    "{'cpu': '500m', 'memory': '2Gi'}}, 'endpoints': {'GET /': [{'kind': 'wait', '#': ['1ms']}]}}"

static void cost_is_nodes_and_requests_after_the_warm_up(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, "{'kind': 'run', 'duration': '3h', 'warmup': '1h', 'currency': 'EUR'},"
                       "{'kind': 'price', 'cpuPerHour': 0.04, 'memoryGiBPerHour': 0.01},"
                       "{'kind': 'at', 'time': '2h', 'action': {'kind': 'scale', 'service': 'shop',"
                       " 'replicas': 1}}," SHOP "," POOL("'count': 2, 'pricePerHour': 0.5"));
    scenario_run(&s, 3 * 3600);
    world_report(s.w);
    /* Two nodes for two hours; three pods for one hour and one for another: 4 pod hours. */
    double pods = 4 * (0.5 * 0.04 + 2 * 0.01);
    assert_true(fabs(scenario_figure(&s, "cost", "", "by_pool.workers") - 2 * 2 * 0.5) < 1e-12);
    assert_true(fabs(scenario_figure(&s, "cost", "", "by_service.shop") - pods) < 1e-12);
    assert_true(fabs(scenario_figure(&s, "cost", "", "total") - 2 - pods) < 1e-12);
    assert_true(fabs(scenario_figure(&s, "cost", "", "requested_core_hours") - 4 * 0.5) < 1e-12);
    assert_true(fabs(scenario_figure(&s, "cost", "", "requested_memory_gib_hours") - 8) < 1e-12);
    assert_string_equal(recorder_figure(s.rec, "cost", "", "total")->unit, "EUR");
    /* The pods stood on nodes 0, 1, 0; the two that were scaled away on 0 and 1. */
    double cpu = scenario_figure(&s, "nodes", "workers-0", "cpu_requested_mean") +
                 scenario_figure(&s, "nodes", "workers-1", "cpu_requested_mean");
    assert_true(fabs(cpu - 0.5 * (3 + 1) / 2) < 1e-12);
    assert_true(scenario_figure(&s, "nodes", "workers-0", "pods.last") == 1);
    assert_true(scenario_figure(&s, "nodes", "workers-1", "pods.last") == 0);
    assert_true(fabs(scenario_figure(&s, "nodes", "workers-0", "memory_requested_mean") -
                     1.5 * 2 * GIB) < 1);
    scenario_close(&s);
}

static void what_has_no_price_has_no_cost(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, "{'kind': 'run', 'duration': '1h'}," SHOP "," POOL("'count': 2"));
    scenario_run(&s, 3600);
    world_report(s.w);
    assert_null(recorder_figure(s.rec, "cost", "", "total"));
    assert_null(recorder_figure(s.rec, "cost", "", "by_service.shop"));
    scenario_close(&s);
}

static void bad_zones_and_pools_are_refused(void **state)
{
    (void)state;
    scenario_refused("{'kind': 'zones', '#': ['a', 'b', 'a']}", "zone 'a' is there twice");
    scenario_refused("{'kind': 'zones', '#': ['a', 'all']}", "'all' means all zones");
    scenario_refused(ZONES POOL("'count': 1, 'zones': ['eu-1d']"), "no zone has the name 'eu-1d'");
    scenario_refused(ZONES POOL("'count': 1, 'zones': ['eu-1d']"), "did you mean 'eu-1a'?");
    scenario_refused(ZONES POOL("'count': 1, 'zones': ['eu-1a', 'eu-1a']"), "is there twice");
    scenario_refused(POOL("'count': 1, 'zones': []"), "no zone is named");
    scenario_refused(POOL("'count': 1, 'zones': 7"), "workers.zones");
    scenario_refused(POOL("'count': 0"), "workers.count");
    scenario_refused(POOL("'count': 1, 'pricePerHour': -1"), "workers.pricePerHour");
    scenario_refused("{'kind': 'price', 'cpuPerHour': '-0.1'}", "price.cpuPerHour");
    scenario_refused(POOL("'count': 60000") ", {'kind': 'nodepool', 'name': 'b', 'count': 60000, "
                                            "'cpu': 1, 'memory': '1Gi'}",
                     "120000 nodes in all pools, of at most 100000");
    scenario_refused(
        POOL(
            "'count': 1") ","
                          "{'kind': 'service', 'name': 'big', 'resources': "
                          "{'requests': {'cpu': 5}}, 'endpoints': {'GET /': [{'kind': 'wait', '#': "
                          "['1ms']}]}}",
        "no node has room for replica 1 of 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_pool_one_node_holds_everything),
        cmocka_unit_test(nodes_are_dealt_over_zones_in_turn),
        cmocka_unit_test(pods_of_a_group_spread_over_zones_then_over_nodes),
        cmocka_unit_test(zones_are_balanced_before_nodes),
        cmocka_unit_test(a_full_node_takes_no_more),
        cmocka_unit_test(a_request_below_a_millicore_counts_as_one),
        cmocka_unit_test(a_node_is_up_when_every_outage_is_over),
        cmocka_unit_test(cost_is_nodes_and_requests_after_the_warm_up),
        cmocka_unit_test(what_has_no_price_has_no_cost),
        cmocka_unit_test(bad_zones_and_pools_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
