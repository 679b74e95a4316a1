/* test_policy.c - traffic policies in whole scenarios: who is called, who is not, and for how long.
 */
#include "../support/cloud.h"

#include <math.h>

#define PODS_MAX 64

/* What callers of a service did, by pod: from the trace. */
struct seen {
    struct scenario s;
    char *trace;
    size_t length;
    uint32_t calls[PODS_MAX];
};

/* Within each line: the address sanitizer's strstr measures the rest of the trace at each call. */
static void seen_count(struct seen *seen)
{
    const char *end = seen->trace + seen->length;
    for (const char *line = seen->trace, *next; line < end; line = next) {
        next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
        if (!memmem(line, (size_t)(next - line), "  call.sent  ", 13)) continue;
        const char *pod = memmem(line, (size_t)(next - line), "pod=", 4);
        assert_non_null(pod);
        uint32_t number = (uint32_t)strtoul(pod + 4, NULL, 10);
        assert_true(number < PODS_MAX);
        seen->calls[number]++;
    }
}

static void seen_run(struct seen *seen, const char *objects)
{
    *seen = (struct seen){ 0 };
    FILE *out = open_memstream(&seen->trace, &seen->length);
    cloud_open(&seen->s, objects, (struct cloud_options){ .trace = out });
    assert_true(world_run(seen->s.w, INT64_MAX));
    world_report(seen->s.w);
    recorder_close(seen->s.rec);
    fclose(out);
    seen_count(seen);
}

static void seen_close(struct seen *seen)
{
    scenario_close(&seen->s);
    free(seen->trace);
}

static double figure(const struct seen *seen, const char *route, const char *metric)
{
    return scenario_figure(&seen->s, "policies", route, metric);
}

static double share(const struct seen *seen, const char *metric)
{
    return figure(seen, "user > cart /", metric) / figure(seen, "user > cart /", "picks");
}

#define FAILING(pods, more)                                                                        \
    AT("0s", "{'kind': 'errors', '#': ['cart'], 'ratio': 1, 'pods': " #pods more "}")
#define METRONOME(gap) "{'kind': 'renewal', 'gap': '" gap "'}"

static void a_failing_pod_is_ejected_for_thirty_seconds_and_then_sixty(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("120s") SERVICE("cart",
                                        "'replicas': 4, 'trafficPolicy': {"
                                        "'outlierDetection': {}},",
                                        "'/': [" WORK("1ms") "]")
                        OPEN("user", "cart /", "100/s", "") FAILING(1, ""));
    /* Five calls, 30 s out and to the next sweep, five, 60 s out: then it is back again. */
    assert_true(figure(&seen, "user > cart /", "ejections") == 3);
    assert_int_equal(seen.calls[0], 15);
    assert_true(scenario_figure(&seen.s, "clients", "user", "failed") == 15);
    assert_int_equal(scenario_entries(&seen.s, "outlier.eject"), 3);
    assert_non_null(strstr(scenario_entry(&seen.s, "outlier.eject", 1)->text, "for 60 s"));
    int64_t first = scenario_entry(&seen.s, "outlier.eject", 0)->at_ns;
    int64_t second = scenario_entry(&seen.s, "outlier.eject", 1)->at_ns;
    int64_t third = scenario_entry(&seen.s, "outlier.eject", 2)->at_ns;
    assert_in_range(second - first, 30 * NS_PER_S, 41 * NS_PER_S);
    assert_in_range(third - second, 60 * NS_PER_S, 71 * NS_PER_S);
    seen_close(&seen);
}

static void callers_judge_for_themselves(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen,
             RUN("20s") SERVICE("cart", "'replicas': 3, 'trafficPolicy': {'outlierDetection': {}},",
                                "'/': [" WORK("1ms") "], '/bad': [{'kind': 'fail'}]")
                 OPEN("user", "cart /", "50/s", "") OPEN("other", "cart /bad", "50/s", ""));
    assert_true(figure(&seen, "user > cart /", "ejections") == 0);
    assert_true(figure(&seen, "other > cart /bad", "ejections") >= 1);
    assert_true(figure(&seen, "other > cart /bad", "spared") > 10); /* one of three is enough */
    assert_true(scenario_figure(&seen.s, "clients", "user", "failed") == 0);
    seen_close(&seen);
}

#define EJECT_ALL                                                                                  \
    "'outlierDetection': {'maxEjectionPercent': 1, 'consecutive5xxErrors': 1, "                    \
    "'baseEjectionTime': '1h', 'maxEjectionTime': '1h', 'successRate': false}"
#define LEVELS "'priorities': [0, 0, 0, 0, 1, 1, 1, 1],"

static void half_a_level_lets_thirty_percent_overflow(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen,
             RUN("100s")
                 SERVICE("cart", "'replicas': 8, " LEVELS "'trafficPolicy': {" EJECT_ALL "},",
                         "'/': [" WORK("1ms") "]") OPEN("user", "cart /", "200/s", "")
                     FAILING(2, ""));
    assert_true(scenario_figure(&seen.s, "clients", "user", "failed") == 2);
    assert_true(share(&seen, "by_level.0") > 0.685 && share(&seen, "by_level.0") < 0.715);
    assert_true(share(&seen, "in_panic") == 0);
    seen_close(&seen);
}

static void a_whole_level_keeps_all(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen,
             RUN("20s") SERVICE("cart", "'replicas': 8, " LEVELS "'trafficPolicy': {},",
                                "'/': [" WORK("1ms") "]") OPEN("user", "cart /", "200/s", ""));
    for (uint32_t i = 0; i < 8; i++)
        assert_true(i < 4 ? seen.calls[i] > 900 : seen.calls[i] == 0);
    seen_close(&seen);
}

static void in_panic_health_is_not_heeded(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("20s") SERVICE("cart", "'replicas': 4, 'trafficPolicy': {" EJECT_ALL "},",
                                       "'/': [" WORK("1ms") "]") OPEN("user", "cart /", "100/s", "")
                        FAILING(3, ""));
    assert_true(share(&seen, "in_panic") > 0.95); /* one of four is under 50 % */
    assert_true(seen.calls[0] > 400 && seen.calls[3] > 400);
    seen_close(&seen);
}

static void without_panic_nobody_healthy_is_nobody(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("20s") SERVICE("cart",
                                       "'replicas': 4, 'trafficPolicy': {'panicThreshold': "
                                       "0, " EJECT_ALL "},",
                                       "'/': [" WORK("1ms") "]") OPEN("user", "cart /", "100/s", "")
                        FAILING(4, ""));
    assert_true(figure(&seen, "user > cart /", "picks") == 4);
    double sent = scenario_figure(&seen.s, "clients", "user", "sent");
    assert_true(figure(&seen, "user > cart /", "refused") == sent - 4);
    assert_true(scenario_figure(&seen.s, "clients", "user", "by_outcome.unavailable") == sent - 4);
    seen_close(&seen);
}

static void a_pod_in_place_of_an_ejected_one_is_not_ejected(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("20s") SERVICE("cart", "'replicas': 2, 'trafficPolicy': {" EJECT_ALL "},",
                                       "'/': [" WORK("1ms") "]") OPEN("user", "cart /", "100/s", "")
                        FAILING(1, ", 'duration': '1s'")
                            AT("10s", "{'kind': 'crash', 'service': 'cart', 'pods': 2}"));
    assert_true(seen.calls[0] > 400); /* from 10 s on half of all */
    seen_close(&seen);
}

static void a_customer_keeps_to_its_pod_by_cookie(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen,
             RUN("30s") SERVICE("cart", "'replicas': 4, 'trafficPolicy': {'stickiness': {}},",
                                "'/': [" WORK("1ms") "]")
                 OPEN("user", "cart /", "100/s", ", 'keys': {'kind': 'uniformKeys', 'n': 1}"));
    uint32_t used = 0;
    for (uint32_t i = 0; i < 4; i++)
        used += seen.calls[i] > 0;
    assert_int_equal(used, 1);
    assert_true(figure(&seen, "user > cart /", "sticky_kept") ==
                figure(&seen, "user > cart /", "picks") - 1);
    seen_close(&seen);
}

static void a_customer_has_a_few_pods_and_no_others(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen,
             RUN("30s") SERVICE("cart",
                                "'replicas': 16, 'trafficPolicy': {'subset': {'kind': "
                                "'shuffleShard', 'size': 3}},",
                                "'/': [" WORK("1ms") "]")
                 OPEN("user", "cart /", "100/s", ", 'keys': {'kind': 'uniformKeys', 'n': 1}"));
    uint32_t used = 0;
    for (uint32_t i = 0; i < 16; i++)
        used += seen.calls[i] > 0;
    assert_int_equal(used, 3);
    seen_close(&seen);
}

static void customers_of_pods_that_stay_away_move_after_a_while(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("cart",
                           "'replicas': 8, 'trafficPolicy': {'subset': {'kind': 'shuffleShard', "
                           "'size': 2, 'absent': '5s'}},",
                           "'/': [" WORK("1ms") "]")
            OPEN("user", "cart /", "100/s", ", 'keys': {'kind': 'uniformKeys', 'n': 500}")
                AT("20s", SCALE("cart", 4)));
    /* For 5 s those whose two are among the four that went, 6 pairs of 28, have nobody. */
    double refused = scenario_figure(&s, "policies", "user > cart /", "refused");
    assert_true(refused > 500 * 6 / 28.0 * 0.7 && refused < 500 * 6 / 28.0 * 1.3);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- zones */

#define THREE_ZONES                                                                                \
    ", {'kind': 'zones', '#': ['a', 'b', 'c']}, {'kind': 'nodepool', 'name': 'n', 'count': 3, "    \
    "'zones': ['a', 'b', 'c'], 'cpu': 64, 'memory': '64Gi'}, {'kind': 'network', "                 \
    "'crossZonePerGiB': 0.02}"
#define ZONED(backends, locality)                                                                  \
    RUN("100s")                                                                                    \
    THREE_ZONES SERVICE("cart", "'replicas': " #backends ",",                                      \
                        "'/': [{'kind': 'size', '#': ['1Mi']}]")                                   \
        SERVICE("shop", "'replicas': 6, 'async': true,",                                           \
                "'/': [" ASK("cart /", ", 'trafficPolicy': {'locality': " locality "}") "]")       \
            OPEN("user", "shop /", "100/s", "")

static double far_share(const char *objects)
{
    struct scenario s = cloud_run(objects);
    double far = scenario_figure(&s, "policies", "shop / > cart /", "cross_zone");
    double picks = scenario_figure(&s, "policies", "shop / > cart /", "picks");
    double refused = scenario_figure(&s, "policies", "shop / > cart /", "refused");
    assert_true(picks + refused == scenario_figure(&s, "clients", "user", "sent"));
    assert_true(fabs(scenario_figure(&s, "cost", "", "transfer") - far / 1024 * 0.02) < 1e-9);
    scenario_close(&s);
    return far / picks;
}

static void zones_are_not_told_apart_unless_asked_for(void **state)
{
    (void)state;
    double share = far_share(ZONED(6, "{'kind': 'zoneAware', 'minClusterSize': 7}"));
    assert_true(share > 0.64 && share < 0.69);
}

static void calls_stay_in_the_zone_where_that_is_fair(void **state)
{
    (void)state;
    assert_true(far_share(ZONED(6, "{'kind': 'zoneAware'}")) == 0);
    /* Seven: zone a has 3/7 of the backends, b and c 2/7 each for a third of the callers: 2/7 over
     * 1/3 is 85.71 % that stay, from two zones of three. */
    double share = far_share(ZONED(7, "{'kind': 'zoneAware'}"));
    assert_true(share > 0.085 && share < 0.105); /* 2/3 of 14.29 % is 9.5 % */
}

static void failover_keeps_calls_in_the_zone(void **state)
{
    (void)state;
    assert_true(far_share(ZONED(3, "{'kind': 'zoneFailover'}")) == 0);
    assert_true(far_share(ZONED(3, "{'kind': 'zoneOnly'}")) == 0);
}

static void without_a_backend_in_its_zone_one_fails_over_and_the_other_refuses(void **state)
{
    (void)state;
    double share = far_share(ZONED(2, "{'kind': 'zoneFailover'}"));
    assert_true(share > 0.32 && share < 0.35);
    struct scenario s = cloud_run(ZONED(2, "{'kind': 'zoneOnly'}"));
    double refused = scenario_figure(&s, "policies", "shop / > cart /", "refused");
    assert_true(fabs(refused / scenario_figure(&s, "clients", "user", "sent") - 1.0 / 3) < 0.01);
    scenario_close(&s);
}

static void zones_get_calls_by_weight(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("100s") THREE_ZONES SERVICE(
                        "cart",
                        "'replicas': 3, 'trafficPolicy': {'locality': {'kind': "
                        "'zoneWeights', 'zones': {'a': 80, 'c': 20}}},",
                        "'/': [" WORK("1ms") "]") OPEN("user", "cart /", "100/s", ""));
    double all = seen.calls[0] + seen.calls[1] + seen.calls[2];
    assert_true(fabs(seen.calls[0] / all - 0.8) < 0.001); /* in turn, not by chance */
    assert_int_equal(seen.calls[1], 0);
    seen_close(&seen);
}

/* ------------------------------------------------------------------------- health checks */

#define CHECKED                                                                                    \
    "'replicas': 4, 'trafficPolicy': {'healthCheck': {'endpoint': '/healthz', 'interval': '5s', "  \
    "'timeout': '1s', 'healthyThreshold': 3}},"
#define CHECKED_ENDPOINTS "'/': [" WORK("1ms") "], '/healthz': [" WORK("1ms") "]"

static void two_failed_probes_take_a_pod_out_and_three_bring_it_back(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("60s") SERVICE("cart", CHECKED, CHECKED_ENDPOINTS)
                        OPEN("user", "cart /", "100/s", "")
                            AT("11s", "{'kind': 'errors', '#': ['cart'], 'ratio': 1, 'pods': 1, "
                                      "'duration': '12s'}"));
    /* Probes at 15 and 20 s fail; those at 25, 30 and 35 s pass. From 11 to 20 s a quarter fails.
     */
    double failed = scenario_figure(&seen.s, "clients", "user", "failed");
    assert_true(failed > 195 && failed < 255);
    assert_true(figure(&seen, "user > cart /", "probes") == 52);
    assert_true(figure(&seen, "user > cart /", "probes_failed") == 2);
    assert_non_null(strstr(seen.trace, "20.000000000  health.change  user > cart / instance=0 "
                                       "pod=0 unhealthy cause=probe error"));
    assert_non_null(strstr(seen.trace, "35.001000000  health.change  user > cart / instance=0 "
                                       "pod=0 healthy cause=probe ok"));
    /* Probes are real calls. */
    assert_true(scenario_figure(&seen.s, "services", "cart", "received") ==
                scenario_figure(&seen.s, "clients", "user", "sent") + 52);
    seen_close(&seen);
}

static void a_probe_without_an_answer_in_time_has_failed(void **state)
{
    (void)state;
    struct seen seen;
    seen_run(&seen, RUN("40s") SERVICE("cart", CHECKED, CHECKED_ENDPOINTS)
                        OPEN("user", "cart /", "20/s", ", 'timeout': '100ms'")
                            AT("11s", "{'kind': 'hang', '#': ['cart'], 'ratio': 1, 'pods': 1}"));
    assert_non_null(strstr(seen.trace, "21.000000000  health.change  user > cart / instance=0 "
                                       "pod=0 unhealthy cause=probe timeout"));
    assert_true(scenario_figure(&seen.s, "clients", "user", "by_outcome.timeout") < 75);
    seen_close(&seen);
}

static void each_pod_that_calls_asks_for_itself(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("20s") SERVICE("cart", CHECKED, CHECKED_ENDPOINTS) SERVICE(
        "shop", "'replicas': 3, 'async': true,", "'/': [" ASK("cart /", "") "]")
                                      OPEN("user", "shop /", "100/s", ""));
    /* Four rounds from each one's first call on, of four probes, by three pods. */
    assert_true(scenario_figure(&s, "policies", "shop / > cart /", "probes") == 48);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_pod_is_ejected_for_thirty_seconds_and_then_sixty),
        cmocka_unit_test(callers_judge_for_themselves),
        cmocka_unit_test(half_a_level_lets_thirty_percent_overflow),
        cmocka_unit_test(a_whole_level_keeps_all),
        cmocka_unit_test(in_panic_health_is_not_heeded),
        cmocka_unit_test(without_panic_nobody_healthy_is_nobody),
        cmocka_unit_test(a_pod_in_place_of_an_ejected_one_is_not_ejected),
        cmocka_unit_test(a_customer_keeps_to_its_pod_by_cookie),
        cmocka_unit_test(a_customer_has_a_few_pods_and_no_others),
        cmocka_unit_test(zones_are_not_told_apart_unless_asked_for),
        cmocka_unit_test(calls_stay_in_the_zone_where_that_is_fair),
        cmocka_unit_test(failover_keeps_calls_in_the_zone),
        cmocka_unit_test(without_a_backend_in_its_zone_one_fails_over_and_the_other_refuses),
        cmocka_unit_test(zones_get_calls_by_weight),
        cmocka_unit_test(two_failed_probes_take_a_pod_out_and_three_bring_it_back),
        cmocka_unit_test(a_probe_without_an_answer_in_time_has_failed),
        cmocka_unit_test(each_pod_that_calls_asks_for_itself),
        cmocka_unit_test(customers_of_pods_that_stay_away_move_after_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
