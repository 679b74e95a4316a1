/* test_dns.c - names: how many queries, how long they take, and how old what they say is. */
#include "../support/cloud.h"

#include "traffic/resolv.h"

#define SHOP(fields) RUN("300s") SERVICE("shop", fields, "'GET /': [" WORK("1ms") "]")
#define COREDNS(more) ", {'kind': 'coredns'" more "}"
#define DNS(more) ", 'discovery': {'kind': 'dns'" more "}"
#define USER "user > shop GET /"

static double seen(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "resolvers", USER, metric);
}

static double served(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "dns", "coredns", metric);
}

static double client(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "clients", "user", metric);
}

/* One call, its name, and what is asked for it. */
static void asked(const char *name, const char *more, double queries, double nxdomain)
{
    struct text json = { 0 };
    text_format(&json,
                SHOP("'replicas': 2,") CALL("user", "shop GET /", "1000",
                                            ", 'discovery': {'kind': 'dns', 'name': '%s'%s}"),
                name, more);
    struct scenario s = cloud_run(text_data(&json));
    assert_true(client(&s, "ok") == 1);
    assert_true(seen(&s, "queries") == queries && served(&s, "queries") == queries);
    assert_true(served(&s, "nxdomain") == nxdomain);
    scenario_close(&s);
    text_close(&json);
}

static void a_service_of_the_same_namespace_is_found_at_once(void **state)
{
    (void)state;
    asked("shop", "", 2, 0);
    asked("shop", ", 'aaaa': false", 1, 0);
    asked("shop.default", "", 4, 2);                         /* shop.default.default.svc... first */
    asked("shop.default.svc.cluster.local", "", 8, 6);       /* 4 dots are fewer than 5 */
    asked("shop.default.svc.cluster.local.", "", 2, 0);
    asked("shop.default.svc.cluster.local", ", 'ndots': 2", 2, 0);
}

static void a_name_outside_costs_the_whole_search_path(void **state)
{
    (void)state;
    asked("api.example.com", "", 8, 6);
    asked("api.example.com.", "", 2, 0);
    asked("api.example.com", ", 'ndots': 1", 2, 0);
    asked("api.example.com", ", 'search': ['default.svc.cluster.local', 'svc.cluster.local', "
                             "'cluster.local', 'ec2.internal']", 10, 8);
}

static void autopath_answers_it_in_one(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("") COREDNS(", 'autopath': true") CALL(
        "user", "shop GET /", "1000", DNS(", 'name': 'api.example.com'")));
    assert_true(seen(&s, "queries") == 2);
    scenario_close(&s);
}

static void a_lookup_takes_its_way_its_work_and_what_upstream_takes(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("") COREDNS(", 'latency': '1ms', 'cpuPerQuery': '100us', 'forwardTime': '20ms'")
            CALL("user", "shop GET /", "1000", DNS(", 'name': 'api.example.com'")));
    /* Three names of the cluster, then one from upstream: 4 x (2 x 1 + .1) + 20, and the call. */
    assert_close(seen(&s, "took_ms.mean"), 28.4, 1e-9);
    assert_close(client(&s, "latency_ms.mean"), 29.4, 1e-9);
    assert_true(served(&s, "forwarded") == 2);
    scenario_close(&s);
}

static void who_keeps_nothing_asks_for_every_call(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 2,") OPEN(
        "user", "shop GET /", "10/s", DNS(", 'cache': 'none'") ", 'stop': '100s'"));
    assert_true(seen(&s, "lookups") == client(&s, "sent"));
    assert_true(seen(&s, "queries") == 2 * client(&s, "sent"));
    scenario_close(&s);
}

static void who_keeps_answers_asks_when_they_are_old(void **state)
{
    (void)state;
    const char *kept[] = { ", 'ttl': '30s'", ", 'cache': 'forever'", "" };
    double at_least[] = { 9, 1, 50 }, at_most[] = { 10, 1, 60 };
    for (uint32_t i = 0; i < 3; i++) {
        struct text json = { 0 };
        text_format(&json,
                    SHOP("") OPEN("user", "shop GET /", "20/s", ", 'discovery': {'kind': 'dns'%s}"),
                    kept[i]);
        struct scenario s = cloud_run(text_data(&json));
        assert_true(seen(&s, "lookups") >= at_least[i] && seen(&s, "lookups") <= at_most[i]);
        scenario_close(&s);
        text_close(&json);
    }
}

static void calls_that_need_the_same_answer_wait_for_one_lookup(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'workers': 100,") COREDNS(", 'latency': '50ms', 'cpuPerQuery': '0s'") OPEN(
            "user", "shop GET /", "1000/s", DNS(", 'cache': 'forever'") ", 'stop': '10s'"));
    assert_true(seen(&s, "lookups") == 1);
    assert_true(scenario_figure(&s, "discovery", USER, "waited") > 50);
    assert_close(client(&s, "latency_ms.max"), 101, 0.02);
    scenario_close(&s);
}

/* A hit ratio of lambda T / (1 + lambda T), for Poisson calls and a time that starts at a miss:
 * theory.json, "TTL cache hit ratio". */
static void a_server_cache_hits_as_theory_says(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        "{'kind': 'run', 'duration': '600000s'}" SERVICE("shop", "", "'GET /': [" WORK("1ms") "]")
            COREDNS(", 'replicas': 1, 'ttl': '30s', 'cache': '30s'") OPEN(
                "user", "shop GET /", "0.1/s", DNS(", 'cache': 'none', 'aaaa': false")));
    assert_close(served(&s, "hits") / served(&s, "answered"), 0.75, 0.01);
    scenario_close(&s);
}

/* Thirty callers whose answers are a second apart in age, and a pod that leaves so many times, each
 * time three seconds later in the round of thirty. */
static struct scenario thirty_callers(const char *coredns, const char *dns, int changes)
{
    struct text json = { 0 };
    text_format(&json,
                "{'kind': 'run', 'duration': '%ds'}" SERVICE(
                    "shop", "'replicas': 2,",
                    "'GET /': [" WORK("1ms") "]") ", {'kind': 'coredns', 'cpuPerQuery': '0s'%s}",
                130 + 123 * changes, coredns);
    for (int i = 0; i < changes; i++)
        text_format(&json, AT("%ds", SCALE("shop", 1)) AT("%ds", SCALE("shop", 2)),
                    131 + 123 * i, 195 + 123 * i);
    for (int i = 0; i < 30; i++)
        text_format(&json,
                    ", {'kind': 'client', 'name': 'user%d', 'target': 'shop GET /', "
                    "'rate': {'kind': 'constantRate', 'rate': '2/s'}, 'start': '%ds', "
                    "'discovery': {'kind': 'dns', 'headless': true, 'propagation': '0s'%s}}",
                    i, i, dns);
    struct scenario s;
    cloud_open(&s, text_data(&json), (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    text_close(&json);
    return s;
}

static void staleness(struct scenario *s, double *mean_s, double *max_s)
{
    *mean_s = *max_s = 0;
    for (int i = 0; i < 30; i++) {
        char route[40];
        snprintf(route, sizeof route, "user%d > shop GET /", i);
        *mean_s += scenario_figure(s, "discovery", route, "stale_ms.mean") / 1e3 / 30;
        double longest_s = scenario_figure(s, "discovery", route, "stale_ms.max") / 1e3;
        if (longest_s > *max_s) *max_s = longest_s;
    }
    scenario_close(s);
}

/* theory.json, "TTL staleness after removal, uniform cache ages". */
static void an_answer_is_half_its_time_to_live_stale(void **state)
{
    (void)state;
    double mean_s, max_s;
    struct scenario s = thirty_callers(", 'ttl': '30s', 'cache': '0s'", "", 1);
    staleness(&s, &mean_s, &max_s);
    assert_close(mean_s, 15, 1e-9);
    assert_true(max_s == 29.5);
    s = thirty_callers(", 'ttl': '5s', 'cache': '0s'", "", 1);
    staleness(&s, &mean_s, &max_s);
    assert_close(mean_s, 2.5, 1e-9);
    assert_true(max_s == 4.5);
}

/* The server says how much of its own time is left, so two caches are as stale as one. */
static void a_cache_behind_a_cache_adds_nothing_while_it_believes_the_record(void **state)
{
    (void)state;
    double mean_s, max_s;
    struct scenario s = thirty_callers(", 'ttl': '30s', 'cache': '30s', 'replicas': 1", "", 10);
    staleness(&s, &mean_s, &max_s);
    assert_true(max_s <= 30);
}

/* theory.json, "two chained TTL caches 30+30": mean 30, at most 60. Of the second cache's thirty
 * ages here the youngest is 0 and the oldest 29 s, so half a second is missing. */
static void a_cache_with_a_time_of_its_own_adds_it(void **state)
{
    (void)state;
    double mean_s, max_s;
    struct scenario s =
        thirty_callers(", 'ttl': '30s', 'cache': '30s', 'replicas': 1", ", 'ttl': '30s'", 10);
    staleness(&s, &mean_s, &max_s);
    assert_close(mean_s, 29.5, 1e-9);
    assert_true(max_s > 55 && max_s <= 60);
}

static void propagation_comes_on_top(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") COREDNS(", 'ttl': '0s', 'cache': '0s', 'cpuPerQuery': '0s'")
            AT("100s", SCALE("shop", 1)) OPEN("user", "shop GET /", "100/s",
                                              DNS(", 'headless': true, 'propagation': '2s'")));
    double stale_ms = scenario_figure(&s, "discovery", USER, "stale_ms.mean");
    assert_true(stale_ms >= 2000 && stale_ms < 2100);
    scenario_close(&s);
}

static void who_keeps_an_answer_for_ever_never_finds_the_pods_that_moved(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") AT("100s", "{'kind': 'restart', '#': ['shop']}")
            OPEN("user", "shop GET /", "10/s", DNS(", 'headless': true, 'cache': 'forever'")));
    assert_true(client(&s, "failed") > 1800);
    scenario_close(&s);
    s = cloud_run(SHOP("'replicas': 2,") AT("100s", "{'kind': 'restart', '#': ['shop']}") OPEN(
        "user", "shop GET /", "10/s",
        DNS(", 'headless': true, 'cache': 'forever', 'minTimeBetweenResolutions': '30s'")));
    assert_true(client(&s, "failed") < 330); /* 30 s of 10 a second */
    scenario_close(&s);
}

static void a_headless_name_without_pods_does_not_exist(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 0,") CALL(
        "user", "shop GET /", "1000", DNS(", 'headless': true")));
    assert_true(client(&s, "by_outcome.unavailable") == 1);
    assert_true(seen(&s, "queries") == 8 && seen(&s, "failed") == 1);
    scenario_close(&s);
}

static void a_failure_is_kept_as_long_as_the_caller_keeps_failures(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 0,") OPEN(
        "user", "shop GET /", "10/s", DNS(", 'headless': true, 'negativeTtl': '10s'")));
    assert_true(seen(&s, "lookups") >= 29 && seen(&s, "lookups") <= 31);
    assert_true(scenario_figure(&s, "discovery", USER, "nowhere") == client(&s, "failed"));
    scenario_close(&s);
}

static void a_lost_query_costs_the_resolver_five_seconds(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("") COREDNS(", 'loss': '100%'") CALL("user", "shop GET /",
                                                                           "1000", DNS("")));
    assert_true(client(&s, "by_outcome.unavailable") == 1);
    assert_close(client(&s, "failed_latency_ms.mean"), 10000, 1e-9); /* two attempts */
    assert_true(served(&s, "lost") == 4);
    scenario_close(&s);
}

static void a_cache_at_the_node_keeps_queries_from_the_servers(void **state)
{
    (void)state;
    /* Every 30 s what exists, every 5 s what does not: one lookup has three of those. */
    struct scenario s = cloud_run(
        SHOP("") COREDNS(", 'nodeLocal': true, 'ttl': '60s', 'cache': '60s', 'loss': '100%'")
            OPEN("user", "shop GET /", "100/s", DNS(", 'cache': 'none', 'name': 'api.example.com'")));
    double queries = served(&s, "queries") / 2;
    assert_true(client(&s, "failed") == 0); /* by TCP: nothing is lost */
    assert_true(queries > 3 * 59 + 10 && queries < 3 * 70 + 10); /* some kept for a server's rest */
    assert_true(seen(&s, "queries") == 2 * queries);
    assert_true(seen(&s, "local") == 4 * seen(&s, "lookups") - queries);
    scenario_close(&s);
}

static void a_cache_at_the_node_keeps_the_pods_of_a_headless_name(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") COREDNS(", 'nodeLocal': true, 'ttl': '60s', 'cache': '0s'")
            AT("100s", SCALE("shop", 1)) OPEN("user", "shop GET /", "50/s",
                                              DNS(", 'cache': 'none', 'headless': true")));
    double stale_ms = scenario_figure(&s, "discovery", USER, "stale_ms.mean");
    assert_true(stale_ms > 0 && stale_ms <= 30200);
    assert_true(client(&s, "by_outcome.unavailable") > 0);
    scenario_close(&s);
}

static void overloaded_servers_drop_queries_and_their_resolvers_wait(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "'workers': 1000,", "'GET /': [" WORK("1ms") "]")
            COREDNS(", 'replicas': 1, 'workers': 1, 'cpuPerQuery': '1ms', 'queueLimit': 100")
                OPEN("user", "shop GET /", "800/s", DNS(", 'cache': 'none'")));
    assert_true(served(&s, "dropped") > 10000);
    assert_true(served(&s, "utilization") > 0.99);
    assert_true(seen(&s, "took_ms.p90") >= 5000);
    assert_true(served(&s, "took_ms.max") < 103); /* the queue is bounded */
    scenario_close(&s);
}

static void a_background_refresh_keeps_calls_from_waiting(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("") COREDNS(", 'latency': '10ms'") OPEN(
            "user", "shop GET /", "10/s", DNS(", 'refresh': '5s'") ", 'start': '1s'"));
    assert_true(scenario_figure(&s, "discovery", USER, "waited") == 0);
    assert_true(seen(&s, "lookups") >= 59 && seen(&s, "lookups") <= 60);
    scenario_close(&s);
}

static void a_call_that_is_given_up_leaves_its_lookup_alone(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("") COREDNS(", 'latency': '1s'")
            OPEN("user", "shop GET /", "10/s", DNS(", 'cache': 'none'") ", 'timeout': '100ms'"));
    assert_true(client(&s, "by_outcome.timeout") > 2000 && client(&s, "ok") == 0);
    assert_true(scenario_figure(&s, "discovery", USER, "tried") == 0);
    scenario_close(&s);
}

static void a_cluster_ip_never_moves(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 4, 'preStop': '5s',") AT("100s", "{'kind': 'restart', '#': ['shop']}")
            OPEN("user", "shop GET /", "50/s", DNS(", 'cache': 'forever'")));
    assert_true(client(&s, "failed") == 0);
    scenario_close(&s);
}

static void two_call_sites_of_one_name_are_told_apart(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("'replicas': 2,") SERVICE("page", "", "'GET /': [" ASK("shop GET /", DNS("")) ", " ASK(
            "shop GET /", DNS("")) "]") CALL("user", "page GET /", "0", ""));
    assert_true(client(&s, "ok") == 1);
    assert_true(scenario_figure(&s, "resolvers", "page GET / > shop GET /", "lookups") == 1);
    assert_true(scenario_figure(&s, "resolvers", "page GET / > shop GET / #2", "lookups") == 1);
    scenario_close(&s);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    cloud_refused(SHOP("") CALL("user", "shop GET /", "1000", DNS(", 'ttl': '1s', 'cache': 'none'")),
                  "contradict each other");
    cloud_refused(
        SHOP("") CALL("user", "shop GET /", "1000", DNS(", 'ttl': '1s', 'refresh': '5s'")),
        "background");
    cloud_refused(SHOP("") CALL("user", "shop GET /", "1000",
                                DNS(", 'headless': true, 'minSyncPeriod': '2s'")),
                  "leads past kube-proxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_of_the_same_namespace_is_found_at_once),
        cmocka_unit_test(a_name_outside_costs_the_whole_search_path),
        cmocka_unit_test(autopath_answers_it_in_one),
        cmocka_unit_test(a_lookup_takes_its_way_its_work_and_what_upstream_takes),
        cmocka_unit_test(who_keeps_nothing_asks_for_every_call),
        cmocka_unit_test(who_keeps_answers_asks_when_they_are_old),
        cmocka_unit_test(calls_that_need_the_same_answer_wait_for_one_lookup),
        cmocka_unit_test(a_server_cache_hits_as_theory_says),
        cmocka_unit_test(an_answer_is_half_its_time_to_live_stale),
        cmocka_unit_test(a_cache_behind_a_cache_adds_nothing_while_it_believes_the_record),
        cmocka_unit_test(a_cache_with_a_time_of_its_own_adds_it),
        cmocka_unit_test(propagation_comes_on_top),
        cmocka_unit_test(who_keeps_an_answer_for_ever_never_finds_the_pods_that_moved),
        cmocka_unit_test(a_headless_name_without_pods_does_not_exist),
        cmocka_unit_test(a_failure_is_kept_as_long_as_the_caller_keeps_failures),
        cmocka_unit_test(a_lost_query_costs_the_resolver_five_seconds),
        cmocka_unit_test(a_cache_at_the_node_keeps_queries_from_the_servers),
        cmocka_unit_test(a_cache_at_the_node_keeps_the_pods_of_a_headless_name),
        cmocka_unit_test(overloaded_servers_drop_queries_and_their_resolvers_wait),
        cmocka_unit_test(a_background_refresh_keeps_calls_from_waiting),
        cmocka_unit_test(a_call_that_is_given_up_leaves_its_lookup_alone),
        cmocka_unit_test(a_cluster_ip_never_moves),
        cmocka_unit_test(two_call_sites_of_one_name_are_told_apart),
        cmocka_unit_test(contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
