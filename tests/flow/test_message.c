/* test_message.c - what travels on connections: bytes and the time, CPU and money they cost; events,
 * which nobody answers. */
#include "connected.h"

static void bytes_take_their_time_each_way(void **state)
{
    (void)state;
#define WEIGHTS ", 'requestBytes': 10000, 'replyBytes': 20000, 'slowStart': false"
    assert_mean(SCENE("") CALL("a", "shop GET", "0", HTTP1(WEIGHTS ", 'bandwidth': 1000000")),
                45 + 10 + 20);
    struct scenario s = cloud_run(SCENE("") CALL("a", "shop GET", "0", GRPC(WEIGHTS)));
    assert_true(mine(&s, "sent_bytes") == 10023 && mine(&s, "received_bytes") == 20023);
    scenario_close(&s);
}

static void messages_on_one_connection_follow_one_another(void **state)
{
    (void)state;
    /* Both requests are there at 20 ms; the second leaves 10 ms after the first. */
    assert_mean(SCENE("") CROWD("2", GRPC(", 'headerBytes': 9977, 'slowStart': false, "
                                          "'bandwidth': 1000000")),
                (65 + 75) / 2.0);
}

static void a_cold_connection_starts_slowly_and_a_warm_one_does_not(void **state)
{
    (void)state;
    /* 43800 bytes are ten segments and twenty: one more round trip. */
    assert_mean(SCENE("") CALL("a", "shop GET", "0", HTTP1(", 'replyBytes': 43800")), 65);
    assert_mean(SCENE("") USER("a", "89ms", HTTP1(", 'replyBytes': 43800")), (65 + 25) / 2.0);
}

static void a_connection_left_idle_is_cold_again(void **state)
{
    (void)state;
    /* The second call comes 300 ms after the first answer: the window has been forgotten. */
    assert_mean(SCENE("") USER("a", "700ms", HTTP1(", 'replyBytes': 43800") ", 'think': '300ms'"),
                (65 + 45) / 2.0);
}

static void the_size_step_says_what_the_reply_weighs(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") NETWORK SERVICE("shop", "", "'GET': [{'kind': 'size', '#': [5000]}]")
                      CALL("a", "shop GET", "0", HTTP1(", 'replyBytes': 1")));
    assert_true(mine(&s, "received_bytes") == 5000);
    scenario_close(&s);
}

static void an_event_is_over_when_it_has_been_taken(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") NETWORK SERVICE("shop", "", "'GET': [" WAIT("1s") "]")
            CALL("a", "shop GET", "0", ", 'timeout': '100ms', 'protocol': {'kind': 'event'}"));
    assert_took(&s, "a", 40);
    assert_true(mine(&s, "acknowledged") == 1);
    assert_true(cloud_service(&s, "shop", "ok") == 1 && cloud_service(&s, "shop", "wasted") == 0);
    assert_close(cloud_service(&s, "shop", "latency_ms.mean"), 1000, 2e-6);
    scenario_close(&s);
}

static void an_event_that_finds_no_place_is_not_acknowledged(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") NETWORK SERVICE(
        "shop", "'workers': 1, 'queueLimit': 1,", "'GET': [" WAIT("1s") "]")
                                      CROWD("3", ", 'protocol': {'kind': 'event'}"));
    assert_true(cloud_client(&s, "a", "ok") == 2);
    assert_true(cloud_client(&s, "a", "by_outcome.overloaded") == 1);
    assert_true(cloud_service(&s, "shop", "ok") == 2);
    scenario_close(&s);
}

static void an_event_dies_with_its_pod_and_nobody_hears(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") NETWORK SERVICE("shop", "", "'GET': [" WAIT("1s") "]")
                                      CALL("a", "shop GET", "0", ", 'protocol': {'kind': 'event'}")
                                          AT("500ms", CRASH("shop")));
    assert_took(&s, "a", 40);
    assert_true(cloud_service(&s, "shop", "by_outcome.crashed") == 1);
    scenario_close(&s);
}

static void messages_cost_both_ends_cpu(void **state)
{
    (void)state;
#define CPU_GRPC                                                                                   \
    GRPC(", 'cpuPerMessage': '2ms', 'cpuPerKiB': '1ms', 'requestBytes': 1024, 'replyBytes': 3072")
    /* front: encode 3, decode 5, and its own 7; back: decode 3, encode 5, and its own 11. */
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("front", "", "'/': [" WORK("7ms") "," ASK("back", CPU_GRPC) "]")
            SERVICE("back", "", "'/': [" WORK("11ms") "]") CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 7 + 3 + 3 + 11 + 5 + 5);
    assert_close(cloud_service(&s, "front", "cpu_cores") * 60000, 15, 1e-6);
    assert_close(cloud_service(&s, "back", "cpu_cores") * 60000, 19, 1e-6);
    scenario_close(&s);
}

static void what_messages_cost_changes_no_customers_work(void **state)
{
    (void)state;
#define DRAWN(more)                                                                                \
    RUN("60s")                                                                                     \
    SERVICE("back", "", "'/': [" WORK_RANDOM("3ms") "]")                                           \
    SERVICE("front", "", "'/': [" ASK("back", more) "," WORK_RANDOM("7ms") "]")                    \
    ", {'kind': 'client', 'name': 'a', 'target': 'front /', 'stop': "                              \
    "'50s', 'rate': "                                                                              \
    "{'kind': 'constantRate', 'rate': '10/s'}}"
    struct scenario plain = cloud_run(DRAWN("")),
                    paid = cloud_run(DRAWN(GRPC(", 'cpuPerMessage': '1ms'")));
    double calls = cloud_service(&plain, "front", "ok");
    assert_true(calls == cloud_service(&paid, "front", "ok"));
    for (int i = 0; i < 2; i++) { /* two messages at each end of each call */
        double more = cloud_service(&paid, i ? "back" : "front", "cpu_cores") -
                      cloud_service(&plain, i ? "back" : "front", "cpu_cores");
        assert_close(more * 60, 0.002 * calls, 1e-9);
    }
    scenario_close(&plain);
    scenario_close(&paid);
}

static void where_no_step_works_messages_only_take_their_time(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") SERVICE("shop", "", "'GET': [" WAIT("1s") "]")
                                      CALL("a", "shop GET", "0", GRPC(", 'cpuPerMessage': '2ms'")));
    assert_took(&s, "a", 1000 + 4 + 4); /* the client's two and the pod's two */
    scenario_close(&s);
}

static void bytes_between_zones_cost_money(void **state)
{
    (void)state;
    /* One pod a zone: half of what front's pods send by turns stays in its zone. */
    struct scenario s = cloud_run(RUN(
        "10s") ", {'kind': 'zones', '#': ['a', 'b']}, {'kind': 'nodepool', 'name': 'n', 'count': "
               "2, "
               "'cpu': '4', 'memory': '8Gi'}, {'kind': 'network', 'crossZonePerGiB': 2}" SERVICE(
                   "back",
                   "'replicas': 2, 'protocol': {'kind': 'grpc', 'headerBytes': 977, "
                   "'replyBytes': 3072},",
                   "'/': []") SERVICE("front", "'replicas': 2,",
                                      "'/': [" ASK("back",
                                                   "") "]") ", {'kind': 'client', 'name': 'a', "
                                                            "'target': 'front /', 'rate': {'kind': "
                                                            "'constantRate', 'rate': '100/s'}}");
    double crossed = conn(&s, "front > back", "cross_zone_bytes");
    double all =
        conn(&s, "front > back", "sent_bytes") + conn(&s, "front > back", "received_bytes");
    assert_true(all == conn(&s, "front > back", "calls") * (1000 + 4072));
    assert_close(crossed / all, 0.5, 0.01);
    assert_close(cloud_figure(&s, "cost", "", "cross_zone_gib"), crossed / 0x1p30, 1e-12);
    assert_close(cloud_figure(&s, "cost", "", "total"), 2 * crossed / 0x1p30, 1e-12);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_take_their_time_each_way),
        cmocka_unit_test(messages_on_one_connection_follow_one_another),
        cmocka_unit_test(a_cold_connection_starts_slowly_and_a_warm_one_does_not),
        cmocka_unit_test(a_connection_left_idle_is_cold_again),
        cmocka_unit_test(the_size_step_says_what_the_reply_weighs),
        cmocka_unit_test(an_event_is_over_when_it_has_been_taken),
        cmocka_unit_test(an_event_that_finds_no_place_is_not_acknowledged),
        cmocka_unit_test(an_event_dies_with_its_pod_and_nobody_hears),
        cmocka_unit_test(messages_cost_both_ends_cpu),
        cmocka_unit_test(what_messages_cost_changes_no_customers_work),
        cmocka_unit_test(where_no_step_works_messages_only_take_their_time),
        cmocka_unit_test(bytes_between_zones_cost_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
