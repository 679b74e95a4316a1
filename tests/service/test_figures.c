/* test_figures.c - what is counted, over which time: Little's law, utilization, replicas, warm-up.
 */
#include "../support/cloud.h"

#include <math.h>

/* Sum of the times of all calls at the service, in ms. */
static double time_spent(const struct scenario *s, const char *service)
{
    return cloud_service(s, service, "ok") * cloud_service(s, service, "latency_ms.mean") +
           cloud_service(s, service, "failed") *
               cloud_service(s, service, "failed_latency_ms.mean");
}

/* A drained run has every call's whole time in it, so the law holds exactly, whatever happens. */
static void littles_law_is_exact_on_drained_runs(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "'workers': 2, 'replicas': 3,",
        "'workers': 2, 'replicas': 3, 'onAbandon': 'cancel', 'queueLimit': 5,",
        "'workers': 2, 'replicas': 3, 'async': true, 'discipline': 'lifo', 'dropExpired': true,",
        "'workers': 3, 'replicas': 2, 'discipline': 'ps', 'onAbandon': 'cancel',",
        "'workers': 2, 'replicas': 3, 'discipline': 'srpt', 'queueTimeout': '100ms',",
    };
    for (uint32_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct text t = { 0 };
        text_format(
            &t,
            RUN("60s") ", {'kind': 'service', 'name': 'shop', %s 'endpoints': {'/': [" WORK_RANDOM(
                "20ms") "," ASK("back /",
                                ", 'timeout': '50ms', 'retry': "
                                "{'attempts': 2}") "]}}" SERVICE("back", "'workers': 4,",
                                                                 "'/': [" WORK_RANDOM(
                                                                     "10ms") ", {'kind': 'fail', "
                                                                             "'probability': "
                                                                             "'5%%'}]")
                OPEN("c", "shop /", "150/s",
                     ", 'stop': '20s', 'timeout': '200ms', "
                     "'retry': {'attempts': 3}") AT("5s", CRASH("shop")) AT("9s", SCALE("shop", 1))
                    AT("12s", SCALE("shop", 4)),
            fields[i]);
        struct scenario s = cloud_run(text_data(&t));
        static const char *const services[] = { "shop", "back" };
        for (uint32_t n = 0; n < 2; n++) {
            double spent = time_spent(&s, services[n]);
            assert_true(cloud_service(&s, services[n], "in_flight_last") == 0);
            assert_true(cloud_service(&s, services[n], "received") > 1000);
            assert_close(cloud_service(&s, services[n], "in_flight_mean") * 60e3 / spent, 1, 1e-9);
        }
        double closed = cloud_client(&s, "c", "ok") + cloud_client(&s, "c", "failed");
        assert_true(closed == cloud_client(&s, "c", "sent"));
        text_close(&t);
        scenario_close(&s);
    }
}

static void waiting_obeys_the_law_too(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") SERVICE("shop", "'workers': 1,", "'/': [" WORK_RANDOM("9ms") "]")
                      OPEN("c", "shop /", "100/s", ", 'stop': '50s'"));
    double n = cloud_service(&s, "shop", "received");
    assert_close(cloud_service(&s, "shop", "queue_mean") * 60e3 /
                     (n * cloud_service(&s, "shop", "wait_ms.mean")),
                 1, 1e-9);
    /* A call's time is its wait and its work, and nothing else. */
    double work = cloud_service(&s, "shop", "cpu_cores") * 60e3;
    assert_close((n * cloud_service(&s, "shop", "wait_ms.mean") + work) / time_spent(&s, "shop"), 1,
                 1e-9);
    scenario_close(&s);
}

static void utilization_is_work_over_workers(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("100s") SERVICE(
        "shop", "'workers': 2, 'replicas': 2,",
        "'/': [" WORK("10ms") "]") ", {'kind': 'client', 'name': 'c', 'target': 'shop /', 'rate':"
                                   " {'kind': 'constantRate', '#': ['200/s']}, 'stop': '90s'}");
    double n = cloud_client(&s, "c", "ok");
    assert_true(n >= 17990);
    assert_close(cloud_service(&s, "shop", "utilization"), n * 0.01 / (4 * 100), 1e-9);
    assert_close(cloud_service(&s, "shop", "cpu_cores"), n * 0.01 / 100, 1e-9);
    assert_close(cloud_client(&s, "c", "throughput_per_s"), n / 100, 1e-9);
    scenario_close(&s);
}

static void where_calls_share_utilization_is_cpu_used(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("100s") SERVICE("shop", "'workers': 2, 'discipline': 'ps',", "'/': [" WORK("10s") "]")
            CALL("a", "shop /", "0", "") CALL("b", "shop /", "0", "") CALL("c", "shop /", "0", ""));
    assert_took(&s, "a", 15000);
    assert_close(cloud_service(&s, "shop", "utilization"), 30.0 / 200, 1e-9);
    scenario_close(&s);
}

static void replicas_are_averaged_over_time(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("20s") SERVICE("shop", "'replicas': 2, 'startup': '5s',", "'/': [" WORK("1s") "]")
            AT("10s", SCALE("shop", 4)) AT("18s", SCALE("shop", 1)));
    assert_close(cloud_service(&s, "shop", "replicas.mean"), (2 * 15 + 4 * 3 + 1 * 2) / 20.0, 1e-9);
    assert_true(cloud_service(&s, "shop", "replicas.min") == 1);
    assert_true(cloud_service(&s, "shop", "replicas.max") == 4);
    assert_true(cloud_service(&s, "shop", "replicas.last") == 1);
    scenario_close(&s);
}

/* Utilization is of the workers that there were, not of those that were wished for. */
static void workers_that_are_not_there_are_not_idle(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("20s") SERVICE("shop", "'workers': 1, 'startup': '5s',", "'/': [" WORK("10s") "]")
            CALL("a", "shop /", "0", "") AT("10s", CRASH("shop")));
    assert_close(cloud_service(&s, "shop", "replicas.mean"), 15.0 / 20, 1e-9);
    assert_close(cloud_service(&s, "shop", "utilization"), 10.0 / 15, 1e-9);
    scenario_close(&s);
}

/* Pods that drain still work: their workers are busy, and there. */
static void workers_of_pods_that_drain_are_there(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("20s") SERVICE("shop", "'replicas': 2, 'workers': 1,", "'/': [" WORK("10s") "]")
            CALL("a", "shop /", "0", "") CALL("b", "shop /", "0", "") AT("5s", SCALE("shop", 1)));
    assert_took(&s, "b", 10000);
    assert_close(cloud_service(&s, "shop", "replicas.mean"), (5 * 2 + 15) / 20.0, 1e-9);
    assert_close(cloud_service(&s, "shop", "utilization"), 20.0 / (10 * 2 + 10), 1e-9);
    scenario_close(&s);
}

static void cpu_counts_as_far_as_the_work_is_done(void **state)
{
    (void)state;
    static const char *const disciplines[] = { "fifo", "srpt", "ps" };
    for (uint32_t i = 0; i < 3; i++) {
        struct text t = { 0 };
        text_format(&t,
                    "{'kind': 'run', 'duration': '10s', 'warmup': '4s', 'window': '1s'}, {'kind': "
                    "'service', 'name': 'shop', 'workers': 2, 'discipline': '%s', 'endpoints': "
                    "{'/': [" WORK("7s") "], 'long': [" WORK("99s") "]}}" CALL("a", "shop /", "0",
                                                                               "")
                        CALL("b", "shop long", "8500", ""),
                    disciplines[i]);
        struct scenario s;
        cloud_open(&s, text_data(&t), (struct cloud_options){ 0 });
        s.w->door.state = &s; /* as if a script could ask: the signal is kept for none else */
        assert_true(world_run(s.w, 3500 * NS_PER_MS));
        assert_close(service_signal(s.w, 0, "cpu"), 0.5, 1e-9);
        assert_true(world_run(s.w, INT64_MAX));
        world_report(s.w);
        assert_close(service_signal(s.w, 0, "cpu"), 0.5, 1e-9);
        assert_close(cloud_service(&s, "shop", "cpu_cores"), (3 + 1.5) / 6, 1e-9);
        text_close(&t);
        scenario_close(&s);
    }
}

static void warm_up_leaves_out_what_began_before(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run("{'kind': 'run', 'duration': '10s', 'warmup': '5s'}" SERVICE(
            "shop", "'workers': 2,", "'/': [" WORK("1s") "]") CALL("before", "shop /", "2000", "")
                      CALL("across", "shop /", "4500", "") CALL("at", "shop /", "5000", "")
                          CALL("after", "shop /", "7000", ""));
    assert_true(cloud_client(&s, "before", "sent") == 0);
    assert_true(cloud_client(&s, "across", "ok") == 0);
    assert_true(cloud_client(&s, "at", "ok") == 1);
    assert_true(cloud_client(&s, "after", "ok") == 1);
    assert_true(cloud_service(&s, "shop", "received") == 2);
    assert_true(cloud_service(&s, "shop", "ok") == 2);
    /* What is there counts as long as it is there: half a second, one and one, in five. */
    assert_close(cloud_service(&s, "shop", "in_flight_mean"), 2.5 / 5, 1e-9);
    assert_close(cloud_service(&s, "shop", "utilization"), 2.5 / 10, 1e-9);
    scenario_close(&s);
}

/* The figures of the last half are the same whether the first was measured or not. */
static void warm_up_changes_figures_but_nothing_that_happens(void **state)
{
    (void)state;
#define LOADED                                                                                     \
    SERVICE("shop", "'workers': 1,", "'/': [" WORK_RANDOM("8ms") "]")                              \
    OPEN("c", "shop /", "100/s", ", 'timeout': '1s', 'retry': {'attempts': 2}")
    struct scenario whole = cloud_run(RUN("100s") LOADED);
    struct scenario half = cloud_run("{'kind': 'run', 'duration': '100s', 'warmup': '50s'}" LOADED);
    assert_true(world_event_count(half.w) == world_event_count(whole.w) + 1); /* world.warm */
    double first = cloud_client(&whole, "c", "sent") - cloud_client(&half, "c", "sent");
    assert_true(first > 4500 && first < 5500);
    assert_close(cloud_client(&half, "c", "throughput_per_s"), cloud_client(&half, "c", "ok") / 50,
                 1e-9);
    scenario_close(&whole);
    scenario_close(&half);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(littles_law_is_exact_on_drained_runs),
        cmocka_unit_test(waiting_obeys_the_law_too),
        cmocka_unit_test(utilization_is_work_over_workers),
        cmocka_unit_test(where_calls_share_utilization_is_cpu_used),
        cmocka_unit_test(replicas_are_averaged_over_time),
        cmocka_unit_test(workers_that_are_not_there_are_not_idle),
        cmocka_unit_test(workers_of_pods_that_drain_are_there),
        cmocka_unit_test(cpu_counts_as_far_as_the_work_is_done),
        cmocka_unit_test(warm_up_leaves_out_what_began_before),
        cmocka_unit_test(warm_up_changes_figures_but_nothing_that_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
