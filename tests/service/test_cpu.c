/* test_cpu.c - CPU limits, nodes that must be shared, and pods that nothing can slow.
 *
 * Every time here was computed by hand: cores are poured by requests' weights under limits. */
#include "../support/cloud.h"

#include "service/pod.h"

#define NODE(cores)                                                                                \
    ", {'kind': 'nodepool', 'name': 'n', 'count': 1, 'cpu': " cores ", 'memory': '1Gi'}"
#define REQUESTS(cores) "'resources': {'requests': {'cpu': " cores "}},"
#define LIMITS(cores) "'resources': {'limits': {'cpu': " cores "}},"
#define SECOND "'s': [" WORK("1s") "]"
/* So many calls at one moment, all alike. */
#define CALLS(name, target, count, at)                                                             \
    ", {'kind': 'client', 'name': '" name "', 'target': '" target "', 'users': " count             \
    ", 'start': '" at "ms', 'stop': '" at ".001ms'}"

static void assert_all_took(const struct scenario *s, const char *name, double count, double ms)
{
    assert_true(cloud_client(s, name, "ok") == count);
    assert_close(cloud_client(s, name, "latency_ms.mean"), ms, 1e-5);
    assert_close(cloud_client(s, name, "latency_ms.max"), ms, 1e-5);
}

static void a_limit_below_the_workers_slows_exactly(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("10s") SERVICE("shop", "'workers': 4," LIMITS("2"), SECOND)
                      CALLS("four", "shop s", "4", "0") CALLS("one", "shop s", "1", "5000"));
    assert_all_took(&s, "four", 4, 2000); /* two cores, four calls */
    assert_all_took(&s, "one", 1, 1000);  /* a call has one core at most */
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 0.5, 1e-9);
    scenario_close(&s);
}

static void a_limit_below_one_core_slows_a_lone_call(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("10s") SERVICE("shop", "'workers': 1," LIMITS("'250m'"),
                                                     SECOND) CALLS("one", "shop s", "1", "0"));
    assert_all_took(&s, "one", 1, 4000);
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 0.1, 1e-9);
    scenario_close(&s);
}

static void equal_requests_share_a_node_evenly(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("10s") NODE("3") SERVICE("x", "'workers': 2," REQUESTS("1"), SECOND)
            SERVICE("y", "'workers': 2," REQUESTS("1"), SECOND)
                SERVICE("z", "'workers': 2," REQUESTS("1"), SECOND) CALLS("x", "x s", "2", "0")
                    CALLS("z", "z s", "2", "0") CALLS("y", "y s", "2", "1000"));
    /* 1.5 cores each for x and z; from 1 s one each for three; they end at 1.5 s, and y, which has
     * done a quarter, has both its cores. */
    assert_all_took(&s, "x", 2, 1500);
    assert_all_took(&s, "z", 2, 1500);
    assert_all_took(&s, "y", 2, 1250);
    scenario_close(&s);
}

static void requests_are_the_weights(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("10s") NODE("3") SERVICE("p", "'workers': 4," REQUESTS("2"), SECOND)
                      SERVICE("q", "'workers': 4," REQUESTS("1"), SECOND)
                          CALLS("p", "p s", "4", "0") CALLS("q", "q s", "4", "0"));
    /* 2 and 1 cores; p ends at 2 s, then q has 3 cores for the half that is left. */
    assert_all_took(&s, "p", 4, 2000);
    assert_all_took(&s, "q", 4, 2666.666667);
    scenario_close(&s);
}

static void what_the_satisfied_leave_is_poured_again(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("20s") NODE("4") SERVICE("a", "'workers': 8," REQUESTS("1"), SECOND)
            SERVICE("b", "'workers': 8," REQUESTS("2"), SECOND)
                SERVICE("c", "'workers': 8," LIMITS("'500m'"), SECOND) CALLS("a", "a s", "4", "0")
                    CALLS("b", "b s", "1", "0") CALLS("c", "c s", "4", "0"));
    /* b wants 1 core, c may have 0.5: a has 2.5 of its 4, then 3.5 when b is done at 1 s. */
    assert_all_took(&s, "b", 1, 1000);
    assert_all_took(&s, "c", 4, 8000);
    assert_all_took(&s, "a", 4, 1000 + 375 / 0.875);
    scenario_close(&s);
}

static void one_that_reserved_is_not_slowed_by_one_that_did_not(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("10s") NODE("4") SERVICE("r", "'workers': 2," REQUESTS("2"), SECOND)
                      SERVICE("g", "'workers': 8," REQUESTS("1"), SECOND)
                          CALLS("r", "r s", "2", "0") CALLS("g", "g s", "8", "0"));
    assert_all_took(&s, "r", 2, 1000);
    assert_all_took(&s, "g", 8, 2500); /* two cores to 1 s, four then: never more than there are */
    scenario_close(&s);
}

static void where_all_is_reserved_nothing_is_watched(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("10s") NODE("4") SERVICE("r", "'workers': 2," REQUESTS("2"), SECOND)
            SERVICE("t", "'workers': 2," REQUESTS("2"), SECOND) CALLS("r", "r s", "3", "0"));
    assert_true(service_room_of(s.w)->sides[service_pod_first(s.w, 0)].fast);
    assert_true(service_room_of(s.w)->sides[service_pod_first(s.w, 1)].fast);
    assert_true(cloud_client(&s, "r", "ok") == 3);
    assert_close(cloud_client(&s, "r", "latency_ms.max"), 2000, 1e-5);
    scenario_close(&s);
}

/* The same work on a pod that shares but has enough takes as long as on one that does not. */
static void the_fast_path_changes_nothing_but_speed(void **state)
{
    (void)state;
    static const char *const fields[] = { "'workers': 3,", "'workers': 3," REQUESTS("1") };
    double mean[2], wait[2];
    for (int i = 0; i < 2; i++) {
        struct text t = { 0 };
        text_format(
            &t,
            RUN("200s") "%s, {'kind': 'service', 'name': 'shop', %s 'endpoints': "
                        "{'s': [" WORK_RANDOM("10ms") "]}}" OPEN("c", "shop s", "250/s", ""),
            i ? NODE("3") : "", fields[i]);
        struct scenario s;
        cloud_open(&s, text_data(&t), (struct cloud_options){ .unchecked = true });
        assert_true(service_room_of(s.w)->sides[0].fast == !i);
        assert_true(world_run(s.w, INT64_MAX));
        world_report(s.w);
        mean[i] = cloud_client(&s, "c", "latency_ms.mean");
        wait[i] = cloud_service(&s, "shop", "queue_mean");
        text_close(&t);
        scenario_close(&s);
    }
    assert_close(mean[1] / mean[0], 1, 1e-6); /* a nanosecond of rounding a call */
    assert_close(wait[1] / wait[0], 1, 1e-6);
}

static void a_cancelled_call_leaves_its_share_at_once(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("10s") SERVICE("shop", "'workers': 1, 'discipline': 'ps', 'onAbandon': 'cancel',",
                           "'s': [" WORK("1s") "], 'x': [" WORK("9s") "]")
            CALL("x", "shop x", "0", ", 'timeout': '500ms'") CALL("s", "shop s", "0", ""));
    assert_failed(&s, "x", "timeout", 500);
    assert_took(&s, "s", 1250); /* a quarter by 0.5 s, alone from there */
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 0.125, 1e-9);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_below_the_workers_slows_exactly),
        cmocka_unit_test(a_limit_below_one_core_slows_a_lone_call),
        cmocka_unit_test(equal_requests_share_a_node_evenly),
        cmocka_unit_test(requests_are_the_weights),
        cmocka_unit_test(what_the_satisfied_leave_is_poured_again),
        cmocka_unit_test(one_that_reserved_is_not_slowed_by_one_that_did_not),
        cmocka_unit_test(where_all_is_reserved_nothing_is_watched),
        cmocka_unit_test(the_fast_path_changes_nothing_but_speed),
        cmocka_unit_test(a_cancelled_call_leaves_its_share_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
