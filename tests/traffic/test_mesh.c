/* test_mesh.c - what a mesh gives to call sites that say nothing, and what its proxies cost. */
#include "../support/cloud.h"

#define MESH(fields) ", {'kind': 'mesh'" fields "}"
#define PROXY ", 'proxy': {'kind': 'sidecar', 'latency': '2ms'}"
#define CHAIN(more)                                                                                \
    SERVICE("a", "", "'x': [" ASK("b x", more) "]") SERVICE("b", "", "'x': [" WORK("10ms") "]")

static void each_hop_is_longer_by_its_proxies(void **state)
{
    (void)state;
    /* The client's hop has one proxy, the callee's: 1 ms; the next has two. */
    struct scenario s = cloud_run(RUN("10s") MESH(PROXY) CHAIN("") CALL("user", "a x", "0", ""));
    assert_took(&s, "user", 13);
    assert_true(cloud_figure(&s, "mesh", "user > a x sidecar", "proxies") == 1);
    assert_true(cloud_figure(&s, "mesh", "a x > b x sidecar", "proxies") == 2);
    scenario_close(&s);
}

static void a_service_outside_has_none(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("10s") MESH(PROXY ", 'services': ['b']") CHAIN("")
                                      CALL("user", "a x", "0", ""));
    assert_took(&s, "user", 11); /* b's own, when a asks it */
    scenario_close(&s);
    s = cloud_run(RUN("10s") MESH(PROXY ", 'services': ['a']") CHAIN("")
                      CALL("user", "a x", "0", ""));
    assert_took(&s, "user", 12); /* a's, when it is asked and when it asks */
    scenario_close(&s);
}

#define RETRY "{'kind': 'retry', 'attempts': 3, 'backoff': '0s', 'on': ['timeout']}"

static void call_sites_that_say_nothing_have_the_meshs_guards(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("10s") MESH(", 'proxy': {'kind': 'ztunnel'}, 'timeout': '4ms', 'retry': " RETRY)
            CHAIN("") CALL("user", "a x", "0", ""));
    assert_failed(&s, "user", "error", 12); /* three attempts of 4 ms */
    assert_true(cloud_figure(&s, "guards", "a x > b x retry", "extra") == 2);
    scenario_close(&s);
}

static void what_a_call_site_says_goes_before_the_mesh(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("10s") MESH(", 'proxy': {'kind': 'ztunnel'}, 'timeout': '4ms', 'retry': " RETRY)
            CHAIN(", 'timeout': '1s', 'filters': [{'kind': 'hedge', 'delay': '5s'}]")
                CALL("user", "a x", "0", ""));
    assert_took(&s, "user", 10); /* its own timeout, and a hedge instead of the retry */
    scenario_close(&s);
}

static void a_thousand_requests_a_second_cost_what_is_documented(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    cloud_open(&s,
               RUN("100s") MESH("") ", {'kind': 'price', 'cpuPerHour': 36}" SERVICE(
                   "a", "'async': true,",
                   "'x': []") ", {'kind': 'client', 'name': 'user', "
                              "'target': 'a x', 'rate': {'kind': 'constantRate', 'rate': '1000/s'}}",
               (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    assert_close(cloud_figure(&s, "mesh", "user > a x sidecar", "cpu_cores"), 0.2, 1e-4);
    assert_close(cloud_figure(&s, "mesh", "user > a x sidecar", "memory_mb"), 60, 0.03);
    /* 20 core seconds at a cent each. */
    assert_close(cloud_figure(&s, "cost", "", "by_service.mesh"), 0.2, 1e-4);
    scenario_close(&s);
}

/* The law through the two documented figures, read back from a run. */
static void the_latency_is_the_documented_one(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    cloud_open(&s,
               RUN("20s") MESH("") SERVICE("a", "'async': true,", "'x': [" ASK("b x", "") "]")
                   SERVICE("b", "'async': true,", "'x': []") ", {'kind': 'client', 'name': 'user', "
                                                             "'target': 'a x', 'rate': '2000/s'}",
               (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    const struct spread *hop = NULL; /* all that a does is ask b */
    for (uint32_t i = 0; i < recorder_spread_count(s.rec); i++)
        if (!strcmp(recorder_spread_at(s.rec, i)->object, "a") &&
            !strcmp(recorder_spread_at(s.rec, i)->metric, "latency_ms"))
            hop = recorder_spread_at(s.rec, i);
    assert_non_null(hop);
    assert_close(hop->sum / (double)hop->count / 1e6, 1.063, 0.02); /* its mean */
    assert_close(cloud_service(&s, "a", "latency_ms.p90") / 1.7, 1, 0.03);
    assert_close(cloud_service(&s, "a", "latency_ms.p99") / 2.7, 1, 0.05);
    scenario_close(&s);
}

static void a_mesh_says_what_is_wrong_with_it(void **state)
{
    (void)state;
    cloud_refused(RUN("10s") MESH(", 'services': ['c']") CHAIN("") CALL("user", "a x", "0", ""),
                  "there is no service 'c'");
    cloud_refused(RUN("10s") MESH(", 'retry': {}, 'filters': [{'kind': 'retry'}]") CHAIN("")
                      CALL("user", "a x", "0", ""),
                  "more than one retry or hedge");
    cloud_refused(RUN("10s") MESH(", 'filters': ['1s', '1s', '1s', '1s']")
                      CHAIN(", 'filters': ['1s', '1s', '1s', '1s']") CALL("user", "a x", "0", ""),
                  "9 filters with the mesh's, and at most 8 can be");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hop_is_longer_by_its_proxies),
        cmocka_unit_test(a_service_outside_has_none),
        cmocka_unit_test(call_sites_that_say_nothing_have_the_meshs_guards),
        cmocka_unit_test(what_a_call_site_says_goes_before_the_mesh),
        cmocka_unit_test(a_thousand_requests_a_second_cost_what_is_documented),
        cmocka_unit_test(the_latency_is_the_documented_one),
        cmocka_unit_test(a_mesh_says_what_is_wrong_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
