/* test_l4.c - which pod a connection gets, and what that does to the calls on it. */
#include "../support/cloud.h"

#include "traffic/kube_proxy.h"

#define DRAWS 300000

static void the_chain_of_probabilities_is_fair(void **state)
{
    (void)state;
    struct rng r = rng_open(1);
    uint32_t counts[7] = { 0 };
    for (int i = 0; i < DRAWS; i++)
        counts[kube_proxy_walk(7, &r)]++;
    for (int i = 0; i < 7; i++) /* 4.5 standard deviations of a binomial */
        assert_close((double)counts[i], DRAWS / 7.0, 4.5 * 191.7);
}

static void one_backend_needs_no_draw(void **state)
{
    (void)state;
    struct rng r = rng_open(1), before = r;
    assert_int_equal(kube_proxy_walk(1, &r), 0);
    assert_memory_equal(&r, &before, sizeof r);
}

static void round_robin_goes_on_after_one_that_has_left(void **state)
{
    (void)state;
    const uint32_t backends[] = { 3, 5, 9 };
    assert_int_equal(ipvs_round_robin(backends, 3, 3), 1);
    assert_int_equal(ipvs_round_robin(backends, 3, 6), 2); /* 6 has left */
    assert_int_equal(ipvs_round_robin(backends, 3, 9), 0);
}

static void least_connection_takes_the_first_of_equals(void **state)
{
    (void)state;
    const uint32_t connections[] = { 4, 2, 2, 7 };
    assert_int_equal(ipvs_least_connection(connections, 4), 1);
}

static void affinity_lasts_its_time_and_as_long_as_its_backend(void **state)
{
    (void)state;
    const uint32_t here[] = { 1, 2, 3 }, gone[] = { 1, 3 };
    struct l4_choice c = { .backends = here, .count = 3, .now_ns = 5 * NS_PER_S };
    struct affinity a = { 0 };
    assert_int_equal(affinity_find(&a, &c, 10 * NS_PER_S), 3);
    affinity_note(&a, &c, 1);
    c.now_ns = 15 * NS_PER_S;
    assert_int_equal(affinity_find(&a, &c, 10 * NS_PER_S), 1);
    c.now_ns++;
    assert_int_equal(affinity_find(&a, &c, 10 * NS_PER_S), 3);
    c = (struct l4_choice){ .backends = gone, .count = 2, .now_ns = 6 * NS_PER_S };
    assert_int_equal(affinity_find(&a, &c, 10 * NS_PER_S), 2);
}

/* ------------------------------------------------------------------------- whole scenarios */

#define SHOP SERVICE("shop", "'replicas': 4,", "'GET': [" WORK("1ms") "]")
#define LOAD(protocol) RUN("10s") SHOP OPEN("a", "shop GET", "200/s", ", 'protocol': " protocol)

static double mine(const struct scenario *s, const char *metric)
{
    return cloud_figure(s, "connections", "a > shop", metric);
}

static void expect_used(const char *objects, double pods, double busiest)
{
    struct scenario s = cloud_run(objects);
    assert_true(cloud_client(&s, "a", "failed") == 0);
    if (mine(&s, "pods_used") != pods) fail_msg("%g pods used", mine(&s, "pods_used"));
    if (!(mine(&s, "busiest_pod") <= busiest)) fail_msg("busiest %g", mine(&s, "busiest_pod"));
    scenario_close(&s);
}

static void grpc_behind_l4_is_pinned_to_one_pod(void **state)
{
    (void)state;
    expect_used(LOAD("{'kind': 'grpc', 'l4': 'iptables'}"), 1, 4);
    expect_used(LOAD("{'kind': 'grpc'}"), 4, 1.01); /* a balancer for each call */
}

static void four_connections_by_turns_reach_four_pods(void **state)
{
    (void)state;
    expect_used(LOAD("{'kind': 'grpc', 'connections': 4, 'l4': 'ipvs'}"), 4, 1.01);
    expect_used(
        LOAD("{'kind': 'grpc', 'connections': 4, 'l4': {'kind': 'ipvs', 'scheduler': 'lc'}}"), 4,
        1.01);
    expect_used(
        LOAD("{'kind': 'grpc', 'connections': 4, 'l4': {'kind': 'ipvs', 'scheduler': 'sh'}}"), 1,
        4);
    expect_used(LOAD("{'kind': 'grpc', 'connections': 4, 'l4': {'kind': 'iptables', "
                     "'sessionAffinity': 'ClientIP'}}"),
                1, 4);
}

static void http1_without_keep_alive_spreads_by_churn(void **state)
{
    (void)state;
    expect_used(LOAD("{'kind': 'http1', 'requestsPerConnection': 1, 'l4': 'iptables'}"), 4, 1.15);
    expect_used(LOAD("{'kind': 'http1', 'requestsPerConnection': 1, 'l4': 'ipvs'}"), 4, 1.01);
}

static void an_age_limit_moves_a_pinned_caller_on(void **state)
{
    (void)state;
    expect_used(LOAD("{'kind': 'grpc', 'maxConnectionAge': '200ms', 'l4': 'iptables'}"), 4, 1.7);
}

static void one_balancer_for_all_deals_for_all(void **state)
{
    (void)state;
#define FRONT(shared)                                                                              \
    RUN("10s")                                                                                     \
    SERVICE("back", "'replicas': 4,", "'/': [" WORK("1ms") "]")                                    \
        SERVICE("front", "'replicas': 4,",                                                         \
                "'/': [" ASK("back", ", 'protocol': {'kind': 'grpc', 'l4': {'kind': 'ipvs', "      \
                                     "'shared': " shared "}}") "]")                                \
            OPEN("a", "front /", "200/s", "")
    struct scenario s = cloud_run(FRONT("true"));
    assert_true(cloud_figure(&s, "connections", "front > back", "open.most_at_one_pod") == 1);
    scenario_close(&s);
    s = cloud_run(FRONT("false")); /* each begins with the first */
    assert_true(cloud_figure(&s, "connections", "front > back", "open.most_at_one_pod") == 4);
    scenario_close(&s);
}

static void a_pod_kept_open_brings_calls_until_it_is_killed(void **state)
{
    (void)state;
#define DRAINING(drain)                                                                            \
    RUN("60s")                                                                                     \
    SERVICE("shop", "'replicas': 2, 'terminationGracePeriod': '5s',",                              \
            "'GET': [" WAIT("600ms") "]") ", {'kind': 'client', 'name': 'a', 'target':"            \
                                          " 'shop GET', 'rate': {'kind': 'constantRate', 'rate': " \
                                          "'10/s'}, 'protocol': {'kind': 'grpc', "                 \
                                          "'onDrain': '" drain                                     \
                                          "', 'connections': 2, 'l4': 'ipvs'}}" AT(                \
                                              "20s", SCALE("shop", 1))
    struct scenario s = cloud_run(DRAINING("close"));
    assert_true(cloud_client(&s, "a", "failed") == 0);
    assert_true(mine(&s, "closed_by.drained") == 1);
    scenario_close(&s);
    s = cloud_run(DRAINING("keep"));
    assert_true(cloud_client(&s, "a", "by_outcome.crashed") > 0);
    assert_true(mine(&s, "closed_by.lost") == 1);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_of_probabilities_is_fair),
        cmocka_unit_test(one_backend_needs_no_draw),
        cmocka_unit_test(round_robin_goes_on_after_one_that_has_left),
        cmocka_unit_test(least_connection_takes_the_first_of_equals),
        cmocka_unit_test(affinity_lasts_its_time_and_as_long_as_its_backend),
        cmocka_unit_test(grpc_behind_l4_is_pinned_to_one_pod),
        cmocka_unit_test(four_connections_by_turns_reach_four_pods),
        cmocka_unit_test(http1_without_keep_alive_spreads_by_churn),
        cmocka_unit_test(an_age_limit_moves_a_pinned_caller_on),
        cmocka_unit_test(one_balancer_for_all_deals_for_all),
        cmocka_unit_test(a_pod_kept_open_brings_calls_until_it_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
