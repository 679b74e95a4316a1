/* test_monotone.c - laws between scenarios: what more workers, a longer patience, a slower clock or
 * a longer way must do to the same customers.
 *
 * Each is exact, not statistical, because both variants see the same customers. */
#include "../support/cloud.h"

#include "orrery/rng.h"

#include <math.h>

#define LAW_SCENARIOS 20

static struct scenario run_text(struct text *t)
{
    struct scenario s;
    cloud_open(&s, text_data(t), (struct cloud_options){ .unchecked = true });
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    assert_true(cloud_service(&s, "shop", "in_flight_last") == 0); /* drained */
    text_close(t);
    return s;
}

struct law {
    uint32_t workers;
    const char *discipline, *client, *more;
    double scale; /* of all times */
};

/* The number-th little scenario under a law: one service, works of a random sort, random load. */
static struct scenario shop(uint64_t number, struct law law)
{
    struct rng r = rng_open(key_child(UINT64_C(0x6c617773), number));
    double scale = law.scale > 0 ? law.scale : 1;
    double work_ms = 2 + 20 * rng_uniform(&r), load = 0.5 + rng_uniform(&r);
    double rate = 1000 * load * 2 / work_ms; /* of two workers */
    double scv = 0.2 + 3 * rng_uniform(&r);
    struct text t = { 0 };
    text_format(&t,
                "{'kind': 'run', 'duration': '%.0fs'}, {'kind': 'service', 'name': 'shop', "
                "'workers': %u, 'discipline': %s, 'endpoints': {'/': [{'kind': 'cpu', 'work': "
                "{'kind': 'gamma', 'mean': '%.3fms', 'scv': %.3f}}]}}, {'kind': 'client', 'name': "
                "'c', 'target': 'shop /', 'rate': '%.6f/s', 'stop': '%.0fs' %s} %s",
                100 * scale, law.workers ? law.workers : 2,
                law.discipline ? law.discipline : "'fifo'", round(work_ms * 1000) / 1000 * scale,
                scv, rate / scale, 10 * scale, law.client ? law.client : "",
                law.more ? law.more : "");
    return run_text(&t);
}

static double mean_ms(const struct scenario *s)
{
    return cloud_client(s, "c", "latency_ms.mean");
}

static void more_workers_never_make_anyone_wait_longer(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        double mean = INFINITY, max = INFINITY;
        for (uint32_t workers = 1; workers <= 5; workers++) {
            struct scenario s = shop(n, (struct law){ .workers = workers });
            assert_true(mean_ms(&s) <= mean);
            assert_true(cloud_client(&s, "c", "latency_ms.max") <= max);
            mean = mean_ms(&s);
            max = cloud_client(&s, "c", "latency_ms.max");
            scenario_close(&s);
        }
    }
}

/* On one worker nothing beats serving what is done soonest, and no order makes less work. */
static void srpt_has_the_least_mean_time_of_all(void **state)
{
    (void)state;
    static const char *const others[] = { "'fifo'", "'lifo'", "'sjf'", "'ps'", "'priority'" };
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        struct scenario best = shop(n, (struct law){ 1, "'srpt'" });
        for (uint32_t i = 0; i < 5; i++) {
            struct scenario s = shop(n, (struct law){ 1, others[i] });
            assert_true(mean_ms(&best) <= mean_ms(&s) + 1e-6);
            assert_close(cloud_service(&s, "shop", "cpu_cores") /
                             cloud_service(&best, "shop", "cpu_cores"),
                         1, 1e-6);
            assert_true(cloud_client(&s, "c", "ok") == cloud_client(&best, "c", "ok"));
            scenario_close(&s);
        }
        scenario_close(&best);
    }
}

/* One worker serves the same moments whatever the order, as long as it is never idle for nothing.
 */
static void the_order_of_service_leaves_the_busy_time_alone(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        struct scenario a = shop(n, (struct law){ 1, "'fifo'" });
        struct scenario b = shop(n, (struct law){ 1, "'lifo'" });
        assert_close(cloud_service(&a, "shop", "utilization"),
                     cloud_service(&b, "shop", "utilization"), 1e-12);
        assert_true(cloud_client(&a, "c", "latency_ms.max") <=
                    cloud_client(&b, "c", "latency_ms.max"));
        scenario_close(&a);
        scenario_close(&b);
    }
}

/* Where abandoned work is finished, patience changes nothing for the server. */
static void a_longer_timeout_never_fails_more(void **state)
{
    (void)state;
    static const char *const timeouts[] = { ", 'timeout': '5ms'", ", 'timeout': '20ms'",
                                            ", 'timeout': '100ms'", "" };
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        double failed = INFINITY, busy = -1;
        for (uint32_t i = 0; i < 4; i++) {
            struct scenario s = shop(n, (struct law){ .client = timeouts[i] });
            assert_true(cloud_client(&s, "c", "failed") <= failed);
            failed = cloud_client(&s, "c", "failed");
            if (i > 0) assert_close(cloud_service(&s, "shop", "utilization"), busy, 0);
            busy = cloud_service(&s, "shop", "utilization");
            scenario_close(&s);
        }
        assert_true(failed == 0);
    }
}

static void a_longer_way_takes_exactly_that_much_longer(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        struct scenario near = shop(n, (struct law){ 0 });
        struct scenario far =
            shop(n, (struct law){ .more = ", {'kind': 'network', 'internet': '10ms'}" });
        assert_close(mean_ms(&far), mean_ms(&near) + 20, 1e-6);
        assert_close(cloud_client(&far, "c", "latency_ms.max"),
                     cloud_client(&near, "c", "latency_ms.max") + 20, 1e-6);
        scenario_close(&near);
        scenario_close(&far);
    }
}

/* Nanoseconds are the only scale there is: all times doubled, all latencies double. */
static void a_slower_clock_changes_nothing_but_the_clock(void **state)
{
    (void)state;
    static const char *const disciplines[] = { "'fifo'", "'srpt'", "'ps'" };
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        struct law law = { .discipline = disciplines[n % 3] };
        struct scenario once = shop(n, law);
        law.scale = 2;
        struct scenario twice = shop(n, law);
        assert_true(cloud_client(&once, "c", "ok") == cloud_client(&twice, "c", "ok"));
        assert_close(mean_ms(&twice) / mean_ms(&once), 2, 1e-4);
        assert_close(cloud_service(&twice, "shop", "utilization") /
                         cloud_service(&once, "shop", "utilization"),
                     1, 1e-4);
        scenario_close(&once);
        scenario_close(&twice);
    }
}

/* Strangers that share nothing are not there, first or last in the file. */
static void strangers_change_nothing(void **state)
{
    (void)state;
#define STRANGERS                                                                                  \
    SERVICE("other", "'replicas': 3,", "'/': [" WORK_RANDOM("3ms") "]")                            \
    OPEN("d", "other /", "300/s", ", 'stop': '10s'") AT("2s", CRASH("other"))
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        struct scenario alone = shop(n, (struct law){ 0 });
        struct scenario together = shop(n, (struct law){ .more = STRANGERS });
        assert_close(mean_ms(&together), mean_ms(&alone), 0);
        assert_close(cloud_client(&together, "c", "latency_ms.max"),
                     cloud_client(&alone, "c", "latency_ms.max"), 0);
        scenario_close(&alone);
        scenario_close(&together);
    }
}

/* ------------------------------------------------------------------------- faults */

/* With a worker for everyone, so that errors make nobody else begin sooner. */
static double hit(uint64_t n, const char *more)
{
    struct scenario s = shop(n, (struct law){ .workers = 1000, .more = more });
    double failed = cloud_service(&s, "shop", "by_outcome.error");
    scenario_close(&s);
    return failed;
}

#define ERRORS(time, ratio, lasts)                                                                 \
    AT(time, "{'kind': 'errors', 'target': 'shop', 'ratio': '" ratio "', 'duration': '" lasts "'"  \
                                                                                              "}")
#define SLOW_OTHER                                                                                 \
    SERVICE("other", "", "'/': []")                                                                \
    AT("1s", "{'kind': 'slow', 'target': 'other', 'latency': '1s', 'duration': '8s'}")

/* Coins belong to the fault, not to how many there were before it. */
static void another_fault_does_not_change_whom_this_one_hits(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        double alone = hit(n, ERRORS("2s", "30%", "3s"));
        assert_true(alone > 0);
        assert_close(hit(n, SLOW_OTHER ERRORS("2s", "30%", "3s")), alone, 0);
        /* Before and after it, on the same service: each hits whom it would have hit alone. */
        double before = hit(n, ERRORS("500ms", "20%", "1s")),
               after = hit(n, ERRORS("6s", "9%", "1s"));
        assert_close(
            hit(n, ERRORS("500ms", "20%", "1s") ERRORS("2s", "30%", "3s") ERRORS("6s", "9%", "1s")),
            alone + before + after, 0);
    }
}

static void two_equal_faults_at_once_are_independent(void **state)
{
    (void)state;
    double one = 0, two = 0;
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        one += hit(n, ERRORS("0s", "50%", "9s"));
        two += hit(n, ERRORS("0s", "50%", "9s") ERRORS("0s", "50%", "9s"));
    }
    assert_close(two / one, 1.5, 0.05); /* 1 - (1/2)^2 over 1/2 */
}

static void a_higher_ratio_hits_those_and_more(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < LAW_SCENARIOS; n++) {
        double few = hit(n, ERRORS("0s", "10%", "9s")), many = hit(n, ERRORS("0s", "11%", "9s"));
        assert_true(many >= few);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_workers_never_make_anyone_wait_longer),
        cmocka_unit_test(srpt_has_the_least_mean_time_of_all),
        cmocka_unit_test(the_order_of_service_leaves_the_busy_time_alone),
        cmocka_unit_test(a_longer_timeout_never_fails_more),
        cmocka_unit_test(a_longer_way_takes_exactly_that_much_longer),
        cmocka_unit_test(a_slower_clock_changes_nothing_but_the_clock),
        cmocka_unit_test(strangers_change_nothing),
        cmocka_unit_test(another_fault_does_not_change_whom_this_one_hits),
        cmocka_unit_test(two_equal_faults_at_once_are_independent),
        cmocka_unit_test(a_higher_ratio_hits_those_and_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
