/* test_eureka.c - leases, sweeps, and a registry that would rather believe in the dead. */
#include "../support/cloud.h"

#include "traffic/lease.h"

#define S NS_PER_S
#define USER "user > shop GET /"
#define EUREKA ", 'discovery': {'kind': 'eureka'}"
#define SERVER(more) ", {'kind': 'eurekaServer'" more "}"
#define SHOP(fields)                                                                               \
    RUN("900s")                                                                                    \
    SERVICE("shop", "'unreachableToleration': '1000s', " fields, "'GET /': [" WORK("1ms") "]")
/* A node in each of ten zones: one pod each. */
#define TEN_ZONES                                                                                  \
    ", {'kind': 'zones', 'names': ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']}, "           \
    "{'kind': 'nodepool', 'name': 'workers', 'count': 10, 'cpu': '4', 'memory': '8Gi'}"
#define LOST(zone) "{'kind': 'zoneOutage', 'zone': '" zone "'}"

static double seen(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "discovery", USER, metric);
}

static double registry(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "registry", "eureka", metric);
}

static void a_lease_is_renewed_by_arithmetic(void **state)
{
    (void)state;
    struct lease l = { 1, 100 * S, TIME_NEVER };
    assert_int_equal(lease_renewed_ns(&l, 30 * S, 100 * S), 100 * S);
    assert_int_equal(lease_renewed_ns(&l, 30 * S, 129 * S), 100 * S);
    assert_int_equal(lease_renewed_ns(&l, 30 * S, 130 * S), 130 * S);
    assert_int_equal(lease_renewals(&l, 30 * S, 100 * S, 160 * S), 2);
    assert_int_equal(lease_renewals(&l, 30 * S, 40 * S, 100 * S), 0); /* it registered */
    assert_int_equal(lease_renewals(&l, 30 * S, 40 * S, 130 * S), 1);
    l.ended_ns = 190 * S; /* it dies as it would have sent the third */
    assert_int_equal(lease_renewed_ns(&l, 30 * S, 1000 * S), 160 * S);
    assert_int_equal(lease_renewals(&l, 30 * S, 160 * S, 1000 * S), 0);
}

static void a_lease_expires_after_twice_its_duration(void **state)
{
    (void)state;
    assert_false(eureka_expired(100 * S, 90 * S, 280 * S));
    assert_true(eureka_expired(100 * S, 90 * S, 280 * S + 1));
}

static void who_is_told_to_end_says_so(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 4,") SERVER("") AT("300s", SCALE("shop", 3))
                                      OPEN("user", "shop GET /", "20/s", EUREKA));
    /* The response cache, then the next fetch. */
    assert_true(seen(&s, "stale_ms.max") > 0 && seen(&s, "stale_ms.max") <= 60000);
    assert_true(registry(&s, "evicted") == 0 && registry(&s, "leases") == 3);
    scenario_close(&s);
}

static void who_dies_is_found_by_a_sweep(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 10,") SERVER("") TEN_ZONES AT("300s", LOST("c"))
                                      OPEN("user", "shop GET /", "20/s", EUREKA));
    assert_true(registry(&s, "evicted") == 1);
    /* 180 s from its last heartbeat, up to 60 to the sweep, 30 to the cache, 30 to the fetch. */
    assert_true(seen(&s, "stale_ms.max") > 150000 && seen(&s, "stale_ms.max") <= 300000);
    assert_true(seen(&s, "unanswered") > 200);
    scenario_close(&s);
}

static void too_many_dead_are_believed_to_live(void **state)
{
    (void)state;
    const char *two = SHOP("'replicas': 10,") TEN_ZONES AT("300s", LOST("c")) AT("300s", LOST("d"))
        OPEN("user", "shop GET /", "20/s", EUREKA);
    struct scenario s = cloud_run(two);
    assert_true(registry(&s, "evicted") == 0 && registry(&s, "expired") == 2);
    assert_true(registry(&s, "preserved") >= 9);
    assert_int_equal(scenario_entries(&s, "eureka.preserving"), 1);
    scenario_close(&s);
}

static void without_self_preservation_they_are_taken_out(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'replicas': 10,") SERVER(", 'enableSelfPreservation': false") TEN_ZONES AT(
            "300s", LOST("c")) AT("300s", LOST("d")) OPEN("user", "shop GET /", "20/s", EUREKA));
    assert_true(registry(&s, "evicted") == 2 && registry(&s, "leases") == 8);
    scenario_close(&s);
}

static void a_sweep_takes_at_most_its_share(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(&s,
               SHOP("'replicas': 10,") SERVER(", 'enableSelfPreservation': false") TEN_ZONES
                   AT("100s", LOST("a")) AT("100s", LOST("b")) AT("100s", LOST("c"))
                       AT("100s", LOST("d")) OPEN("user", "shop GET /", "1/s", EUREKA),
               (struct cloud_options){ 0 });
    scenario_run(&s, 340); /* one sweep after the last has expired, or two */
    world_report(s.w);
    assert_true(registry(&s, "evicted") == 2 || registry(&s, "evicted") == 4);
    scenario_close(&s);
}

static void who_restarts_in_time_never_left(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 3,") SERVER("") AT("300s", CRASH("shop"))
                                      OPEN("user", "shop GET /", "20/s", EUREKA));
    assert_true(registry(&s, "leases") == 3 && registry(&s, "evicted") == 0);
    assert_null(recorder_figure(s.rec, "discovery", USER, "stale_ms.max"));
    scenario_close(&s);
}

static void a_new_pod_is_fetched_within_two_rounds(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'replicas': 1,") SERVER("") AT("300s", SCALE("shop", 4))
                                      OPEN("user", "shop GET /", "20/s", EUREKA));
    assert_true(seen(&s, "late_ms.max") > 0 && seen(&s, "late_ms.max") <= 60000);
    scenario_close(&s);
}

/* Four hundred callers in rounds of their own, many changes: half a round of the cache, half of theirs. */
static void news_take_a_round_on_average(void **state)
{
    (void)state;
    struct text json = { 0 };
    text_format(&json, "{'kind': 'run', 'duration': '4100s'}" SERVICE(
                           "shop", "'replicas': 2,", "'GET /': [" WORK("1ms") "]"));
    text_format(&json, SERVICE("page", "'replicas': 400,", "'GET /': [" ASK("shop GET /", EUREKA) "]"));
    for (int i = 0; i < 30; i++)
        text_format(&json, AT("%ds", SCALE("shop", 1)) AT("%ds", SCALE("shop", 2)), 100 + 131 * i,
                    170 + 131 * i);
    struct scenario s;
    cloud_open(&s, text_data(&json), (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    double mean_ms = scenario_figure(&s, "discovery", "page GET / > shop GET /", "stale_ms.mean");
    assert_close(mean_ms, 30000, 600);
    scenario_close(&s);
    text_close(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_is_renewed_by_arithmetic),
        cmocka_unit_test(a_lease_expires_after_twice_its_duration),
        cmocka_unit_test(who_is_told_to_end_says_so),
        cmocka_unit_test(who_dies_is_found_by_a_sweep),
        cmocka_unit_test(too_many_dead_are_believed_to_live),
        cmocka_unit_test(without_self_preservation_they_are_taken_out),
        cmocka_unit_test(a_sweep_takes_at_most_its_share),
        cmocka_unit_test(who_restarts_in_time_never_left),
        cmocka_unit_test(a_new_pod_is_fetched_within_two_rounds),
        cmocka_unit_test(news_take_a_round_on_average),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
