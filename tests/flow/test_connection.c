/* test_connection.c - calls over connections: set-up, waiting, reuse, and every way one can end. */
#include "connected.h"

static void a_first_call_pays_for_its_connection(void **state)
{
    (void)state;
    assert_mean(SCENE("") CALL("a", "shop GET", "0", ""), 25);
    assert_mean(SCENE("") CALL("a", "shop GET", "0", HTTP1("")), 45);
    assert_mean(SCENE("") CALL("a", "shop GET", "0", HTTP1(", 'tls': '1.3'")), 65);
    assert_mean(SCENE("") CALL("a", "shop GET", "0", HTTP1(", 'tls': '1.2'")), 85);
    assert_mean(
        SCENE("") CALL("a", "shop GET", "0", GRPC(", 'tls': '1.3', 'handshakeTime': '3ms'")), 68);
}

static void the_next_call_finds_it_warm(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SCENE("") USER("a", "69ms", HTTP1("")));
    assert_close(cloud_client(&s, "a", "latency_ms.mean"), (45 + 25) / 2.0, 2e-6);
    assert_true(mine(&s, "opened") == 1 && mine(&s, "calls") == 2 && mine(&s, "reused") == 0.5);
    scenario_close(&s);
}

static void a_ticket_makes_the_second_connection_cheaper(void **state)
{
    (void)state;
#define ONCE ", 'requestsPerConnection': 1, 'resumption': "
    assert_mean(SCENE("") USER("a", "84ms", HTTP1(ONCE "'none', 'tls': '1.2'")), 85);
    assert_mean(SCENE("") USER("a", "86ms", HTTP1(ONCE "'tickets', 'tls': '1.2'")),
                (85 + 65) / 2.0);
    assert_mean(SCENE("") USER("a", "66ms", HTTP1(ONCE "'earlyData', 'tls': '1.3'")),
                (65 + 45) / 2.0);
    struct scenario s =
        cloud_run(SCENE("") USER("a", "86ms", HTTP1(ONCE "'tickets', 'tls': '1.2'")));
    assert_true(mine(&s, "opened") == 2 && mine(&s, "resumed") == 1);
    assert_true(mine(&s, "closed_by.requests") == 2 && mine(&s, "reused") == 0);
    scenario_close(&s);
}

static void on_http1_a_call_waits_for_the_one_before_it(void **state)
{
    (void)state;
    /* 45 for the first, then one every 25. */
    struct scenario s = cloud_run(SCENE("") CROWD("3", HTTP1(", 'maxConnections': 1")));
    assert_close(cloud_client(&s, "a", "latency_ms.mean"), (45 + 70 + 95) / 3.0, 2e-6);
    assert_true(mine(&s, "opened") == 1 && mine(&s, "waited") == 3);
    scenario_close(&s);
    s = cloud_run(SCENE("") CROWD("3", HTTP1(", 'maxConnections': 2")));
    assert_close(cloud_client(&s, "a", "latency_ms.mean"), (45 + 45 + 70) / 3.0, 2e-6);
    scenario_close(&s);
}

static void on_http2_calls_share_one_up_to_its_streams(void **state)
{
    (void)state;
    assert_mean(SCENE("") CROWD("3", GRPC("")), 45);
    assert_mean(SCENE("") CROWD("3", GRPC(", 'maxConcurrentStreams': 2")), (45 + 45 + 70) / 3.0);
    struct scenario s = cloud_run(SCENE("") CROWD("3", GRPC("")));
    assert_true(mine(&s, "opened") == 1 && mine(&s, "open.last") == 1);
    assert_close(mine(&s, "reused"), 2 / 3.0, 1e-12);
    scenario_close(&s);
}

static void a_channel_of_several_connections_opens_them_all(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SCENE("") CROWD("8", GRPC(", 'connections': 4")));
    assert_true(mine(&s, "opened") == 4 && mine(&s, "calls") == 8);
    scenario_close(&s);
}

static void an_idle_connection_is_closed_in_time(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SCENE("") USER("a", "69ms", HTTP1(", 'idleTimeout': '1s'"))
                                      CALL("b", "shop GET", "0", HTTP1(", 'idleTimeout': '0s'")));
    assert_true(mine(&s, "closed_by.idle") == 1 && mine(&s, "open.last") == 0);
    assert_true(conn(&s, "b > shop", "closed") == 0 && conn(&s, "b > shop", "open.last") == 1);
    scenario_close(&s);
}

static void more_idle_ones_than_wanted_are_closed_at_once(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SCENE("") CROWD("5", HTTP1("")));
    assert_true(mine(&s, "opened") == 5 && mine(&s, "closed_by.surplus") == 3);
    assert_true(mine(&s, "open.max") == 5);
    scenario_close(&s);
}

static void an_old_connection_lets_its_calls_finish(void **state)
{
    (void)state;
    /* GOAWAY at 10 s, 10 % more or less: about six connections a minute, and no call fails. */
    struct scenario s = cloud_run(SCENE("") USER("a", "60s", GRPC(", 'maxConnectionAge': '10s'")));
    assert_true(mine(&s, "closed_by.age") >= 5 && mine(&s, "closed_by.age") <= 6);
    assert_true(cloud_client(&s, "a", "failed") == 0);
    scenario_close(&s);
}

static void past_its_grace_an_old_connection_cuts_calls_off(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") NETWORK SERVICE("shop", "", "'GET': [" WAIT("30s") "]")
                                      CALL("a", "shop GET", "0",
                                           GRPC(", 'maxConnectionAge': '10s', "
                                                "'maxConnectionAgeGrace': '5s'")));
    assert_true(cloud_client(&s, "a", "by_outcome.crashed") == 1);
    double ms = cloud_client(&s, "a", "failed_latency_ms.mean");
    assert_true(ms > 9020 + 5000 && ms < 11020 + 5000);
    assert_true(cloud_service(&s, "shop", "ok") == 1 && cloud_service(&s, "shop", "wasted") == 1);
    scenario_close(&s);
}

static void giving_up_costs_http1_its_connection_and_http2_a_stream(void **state)
{
    (void)state;
#define SLOW SERVICE("shop", "", "'GET': [" WAIT("1s") "]")
    struct scenario s = cloud_run(
        RUN("60s") NETWORK SLOW CALL("a", "shop GET", "0", ", 'timeout': '100ms'" HTTP1(""))
            CALL("b", "shop GET", "0", ", 'timeout': '100ms'" GRPC("")));
    assert_true(mine(&s, "closed_by.abandoned") == 1 && mine(&s, "open.last") == 0);
    assert_true(conn(&s, "b > shop", "closed") == 0 && conn(&s, "b > shop", "open.last") == 1);
    assert_true(cloud_service(&s, "shop", "wasted") == 2);
    scenario_close(&s);
}

static void who_gives_up_waiting_for_a_connection_was_never_sent(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") NETWORK SLOW CROWD("3", ", 'timeout': '500ms'" HTTP1(", 'maxConnections': 1")));
    assert_true(cloud_client(&s, "a", "by_outcome.timeout") == 3);
    assert_true(cloud_service(&s, "shop", "received") == 1);
    scenario_close(&s);
}

static void a_crash_resets_its_connections_and_the_next_call_sets_up_anew(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SCENE("'startup': '0s',") USER("a", "10s", GRPC("")) AT("5.003s", CRASH("shop")));
    assert_true(mine(&s, "closed_by.lost") == 1 && mine(&s, "opened") == 2);
    assert_true(cloud_client(&s, "a", "failed") == 1);
    assert_close(cloud_client(&s, "a", "latency_ms.max"), 45, 2e-6);
    scenario_close(&s);
}

static void a_pod_that_drains_says_so_and_no_call_is_lost(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SCENE("'replicas': 2,") USER("a", "10s", GRPC(", 'l4': 'ipvs'"))
                                      AT("2s", SCALE("shop", 1)) AT("4s", SCALE("shop", 2)));
    assert_true(cloud_client(&s, "a", "failed") == 0);
    assert_true(mine(&s, "pods_used") == 1); /* the first, by turns: the second only left */
    scenario_close(&s);
}

static void what_was_on_its_way_to_a_pod_that_has_drained_is_sent_again(void **state)
{
    (void)state;
    /* Calls at 100, 245, 390 and 515 ms go to the two pods by turns; the second pod leaves, idle,
     * when the fourth is half way there: that goes to the first at 525 ms. */
    struct scenario s = cloud_run(SCENE("'replicas': 2,") USER(
        "a", "516ms", ", 'think': '100ms'" GRPC("")) AT("520ms", SCALE("shop", 1)));
    assert_true(cloud_client(&s, "a", "failed") == 0);
    assert_close(cloud_client(&s, "a", "latency_ms.mean"), (45 + 45 + 25 + 35) / 4.0, 2e-6);
    assert_true(mine(&s, "closed_by.drained") == 1);
    scenario_close(&s);
}

static void a_call_that_arrives_too_late_is_not_begun(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SCENE("") CALL("a", "shop GET", "0", ", 'timeout': '25ms'" GRPC(""))
                      CALL("b", "shop GET", "0", ", 'timeout': '25ms'" HTTP1("")));
    assert_true(cloud_service(&s, "shop", "received") == 1); /* http1's */
    scenario_close(&s);
}

static void a_service_says_how_it_is_called(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") NETWORK SERVICE("shop", "'protocol': {'kind': 'http1'},",
                                   "'GET': [" WORK("5ms") "]") CALL("a", "shop GET", "0", ""));
    assert_took(&s, "a", 45);
    scenario_close(&s);
}

static void one_callers_calls_to_a_service_share_its_connections(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") NETWORK SERVICE("back", "'protocol': {'kind': 'grpc'},", "'1': [], '2': []")
            SERVICE("front", "", "'/': [" ASK("back 1", "") "," ASK("back 2", "") "]")
                CALL("a", "front /", "0", ""));
    assert_took(&s, "a", 20 + 2 + 2 + 2);
    assert_true(conn(&s, "front > back", "opened") == 1 && conn(&s, "front > back", "calls") == 2);
    scenario_close(&s);
}

static void nothing_is_lost_in_a_storm_of_crashes(void **state)
{
    (void)state;
    /* Every room's check runs after every event: connections and calls add up all along. */
    struct scenario s = cloud_run(
        RUN("20s") NETWORK SERVICE("back",
                                   "'replicas': 3, 'startup': '100ms', 'protocol': {'kind': "
                                   "'http1', 'maxConnections': 2, 'tls': '1.3'},",
                                   "'/': [" WORK_RANDOM("20ms") "]")
            SERVICE("front", "'replicas': 2,", "'/': [" ASK("back", ", 'timeout': '40ms'") "]")
                OPEN("a", "front /", "60/s",
                     ", 'timeout': '200ms', 'retry': {'attempts': 2}" GRPC(
                         ", 'l4': 'iptables', 'maxConnectionAge': '2s', "
                         "'maxConcurrentStreams': 3")) ", {'kind': 'every', '#': "
                                                       "['700ms', " CRASH("back") "]}"
                                                                                  ", "
                                                                                  "{'kind': "
                                                                                  "'every', "
                                                                                  "'#': "
                                                                                  "['1100ms'"
                                                                                  ", " CRASH(
                                                                                      "fron"
                                                                                      "t") "]}");
    assert_true(cloud_client(&s, "a", "ok") > 100 && cloud_client(&s, "a", "failed") > 10);
    assert_true(conn(&s, "front > back", "closed_by.lost") > 0);
    assert_true(conn(&s, "front > back", "closed_by.caller") > 0);
    assert_true(conn(&s, "a > front", "closed_by.lost") > 0);
    scenario_close(&s);
}

static void the_trace_says_why(void **state)
{
    (void)state;
    static const char *const said[] = {
        "conn.open  a > shop caller=0 connection=1 pod=0 round_trips=2 cause=wanted",
        "waiting=1 cause=0 connections busy, 1 being set up",
        "connection=1 new",
        "connection=1 reused",
        "conn.close  a > shop caller=0 connection=1 pod=0 streams=1 cause=lost",
        "call.reset  a > shop GET pod=0",
        "cause=its connection was closed on the way",
    };
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct scenario s;
    /* The second call is half way to the pod when that crashes. */
    cloud_open(&s, SCENE("") USER("a", "66ms", HTTP1(", 'tls': '1.3'")) AT("70ms", CRASH("shop")),
               (struct cloud_options){ .trace = out });
    assert_true(world_run(s.w, INT64_MAX));
    assert_true(recorder_close(s.rec));
    fclose(out);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(text, said[i])) fail_msg("wanted: %s\ntrace: %s", said[i], text);
    free(text);
    scenario_close(&s);
}

static void bad_protocols_are_refused(void **state)
{
    (void)state;
    cloud_refused(SCENE("") CALL("a", "shop GET", "0", HTTP1(", 'resumption': 'tickets'")),
                  "without tls there is no session to resume");
    cloud_refused(
        SCENE("") CALL("a", "shop GET", "0", HTTP1(", 'tls': '1.2', 'resumption': 'earlyData'")),
        "TLS 1.2 has no early data");
    cloud_refused(SCENE("") CALL("a", "shop GET", "0", GRPC(", 'handshakeTime': '1ms'")),
                  "without tls there is no handshake");
    cloud_refused(SCENE("") CALL("a", "shop GET", "0", GRPC(", 'maxConnectionAgeGrace': '1ms'")),
                  "no connection grows too old");
    cloud_refused(SCENE("") CALL("a", "shop GET", "0", GRPC(", 'cpuPerKiB': '1ms'")),
                  "no bytes to charge for");
    cloud_refused(
        SCENE("") CALL("a", "shop GET", "0", ", 'balancer': 'random'" GRPC(", 'l4': 'iptables'")),
        "a balancer of calls has nothing to choose");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_call_pays_for_its_connection),
        cmocka_unit_test(the_next_call_finds_it_warm),
        cmocka_unit_test(a_ticket_makes_the_second_connection_cheaper),
        cmocka_unit_test(on_http1_a_call_waits_for_the_one_before_it),
        cmocka_unit_test(on_http2_calls_share_one_up_to_its_streams),
        cmocka_unit_test(a_channel_of_several_connections_opens_them_all),
        cmocka_unit_test(an_idle_connection_is_closed_in_time),
        cmocka_unit_test(more_idle_ones_than_wanted_are_closed_at_once),
        cmocka_unit_test(an_old_connection_lets_its_calls_finish),
        cmocka_unit_test(past_its_grace_an_old_connection_cuts_calls_off),
        cmocka_unit_test(giving_up_costs_http1_its_connection_and_http2_a_stream),
        cmocka_unit_test(who_gives_up_waiting_for_a_connection_was_never_sent),
        cmocka_unit_test(a_crash_resets_its_connections_and_the_next_call_sets_up_anew),
        cmocka_unit_test(a_pod_that_drains_says_so_and_no_call_is_lost),
        cmocka_unit_test(what_was_on_its_way_to_a_pod_that_has_drained_is_sent_again),
        cmocka_unit_test(a_call_that_arrives_too_late_is_not_begun),
        cmocka_unit_test(a_service_says_how_it_is_called),
        cmocka_unit_test(one_callers_calls_to_a_service_share_its_connections),
        cmocka_unit_test(nothing_is_lost_in_a_storm_of_crashes),
        cmocka_unit_test(the_trace_says_why),
        cmocka_unit_test(bad_protocols_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
