/* test_faults.c - each fault does what it says, to what it names, for as long as it says. */
#include "../support/scenario.h"

#include "infra/infra.h"
#include "service/service.h"

#include <math.h>

#define RUN "{'kind': 'run', 'duration': '10m'},"
#define SERVICE(fields, step)                                                                      \
    "{'kind': 'service', 'name': 'shop', " fields " 'endpoints': {'GET /': [" step "], "           \
    "'GET /other': [" step "]}}"
#define WAIT "{'kind': 'wait', '#': ['100ms']}"
#define CPU_STEP "{'kind': 'cpu', '#': ['100ms']}"
#define CLIENT(name, target)                                                                       \
    ", {'kind': 'client', 'name': '" name "', 'target': '" target "', 'users': 1}"
#define AT(time, action) ", {'kind': 'at', '#': ['" time "', " action "]}"

static double ok_of(const struct scenario *s, const char *client)
{
    return scenario_figure(s, "clients", client, "ok");
}

static void crashed_pods_restart_in_place(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SERVICE("'replicas': 3, 'startup': '10s',", WAIT) AT(
                           "1m", "{'kind': 'crash', '#': ['shop'], 'pods': 2, 'reason': 'a bug'}"));
    scenario_run(&s, 65);
    assert_int_equal(service_ready_count(s.w, 0), 1);
    assert_int_equal(pod_state_of(s.w, 0), POD_STARTING);
    assert_int_equal(pod_state_of(s.w, 2), POD_READY);
    scenario_run(&s, 70);
    assert_int_equal(service_ready_count(s.w, 0), 3);
    assert_int_equal(scenario_entries(&s, "pod.crash"), 2);
    const struct entry *crash = scenario_entry(&s, "pod.crash", 0);
    assert_non_null(strstr(crash->text, "a bug"));
    assert_string_equal(recorder_event_at(s.rec, crash->cause - 1)->kind, "action");
    scenario_close(&s);
}

static void a_crash_of_all_takes_the_starting_too_and_fails_calls(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s, RUN SERVICE("'replicas': 3, 'startup': '10s',", WAIT) CLIENT("u", "shop GET /")
                AT("1m", "{'kind': 'crash', 'service': 'shop'}")
                    AT("62.05s", "{'kind': 'crash', 'service': 'shop', 'pods': 'unlimited'}"));
    scenario_run(&s, 63);
    assert_int_equal(service_ready_count(s.w, 0), 0);
    assert_int_equal(scenario_entries(&s, "pod.crash"), 4);
    scenario_close(&s);
}

static void slow_adds_its_latency_while_it_lasts(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s,
                   RUN SERVICE("", WAIT) CLIENT("a", "shop GET /") CLIENT("b", "shop GET /other")
                       AT("10s", "{'kind': 'slow', 'target': 'shop GET /', 'latency': '900ms', "
                                 "'duration': '10s'}"));
    scenario_run(&s, 30);
    world_report(s.w);
    assert_true(fabs(ok_of(&s, "a") - (100 + 10 + 100)) <= 2);
    assert_true(fabs(ok_of(&s, "b") - 300) <= 2); /* another endpoint is not hit */
    assert_true(fabs(scenario_figure(&s, "clients", "a", "latency_ms.max") - 1000) < 1e-6);
    scenario_close(&s);
}

static void errors_fail_their_share_of_calls(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s,
        RUN SERVICE("", WAIT) ", {'kind': 'client', 'name': 'a', 'target': "
                              "'shop GET /', 'users': 10, 'think': '100ms'}" AT(
                                  "0s", "{'kind': 'errors', 'target': 'shop', 'ratio': '30%'}"));
    scenario_run(&s, 600);
    world_report(s.w);
    double failed = scenario_figure(&s, "clients", "a", "by_outcome.error");
    double sent = failed + ok_of(&s, "a"), sd = sqrt(0.3 * 0.7 / sent);
    assert_true(sent > 30000);
    assert_true(fabs(failed / sent - 0.3) < 4 * sd);
    scenario_close(&s);
}

static void a_hung_call_keeps_its_worker_for_ever(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SERVICE("'workers': 1,",
                                   WAIT) CLIENT("a", "shop GET /") CLIENT("b", "shop GET /other")
                           AT("10s", "{'kind': 'hang', 'target': 'shop GET /', 'duration': '1s'}"));
    scenario_run(&s, 600);
    world_report(s.w);
    assert_true(ok_of(&s, "a") + ok_of(&s, "b") <= 101); /* one worker, and it is gone */
    assert_true(scenario_figure(&s, "services", "shop", "in_flight_last") == 2);
    scenario_close(&s);
}

static void a_leak_ends_in_an_out_of_memory_kill(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SERVICE("'memory': '500Ki', 'resources': {'limits': {'memory': '1Mi'}},",
                                   WAIT) CLIENT("a", "shop GET /")
                           AT("10s", "{'kind': 'leak', 'target': 'shop', 'bytes': '100Ki'}"));
    scenario_run(&s, 10.55);
    assert_int_equal(scenario_entries(&s, "pod.crash"), 1); /* the sixth: 500 + 600 > 1024 */
    assert_true(scenario_entry(&s, "pod.crash", 0)->at_ns == 10 * NS_PER_S + 500 * NS_PER_MS);
    assert_non_null(strstr(scenario_entry(&s, "pod.crash", 0)->text, "OOMKilled"));
    scenario_run(&s, 60);
    assert_true(scenario_entries(&s, "pod.crash") > 2); /* and again: it leaks still */
    scenario_close(&s);
}

static void a_cpu_hog_multiplies_work_on_the_pods_it_hits(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SERVICE("'replicas': 2,", CPU_STEP) CLIENT("a", "shop GET /") AT(
                           "0s", "{'kind': 'cpuHog', 'target': 'shop', 'factor': 3, 'pods': 1}"));
    scenario_run(&s, 40);
    world_report(s.w);
    /* Round robin over one pod of 300 ms and one of 100 ms. */
    assert_true(fabs(ok_of(&s, "a") - 200) <= 2);
    assert_true(fabs(scenario_figure(&s, "clients", "a", "latency_ms.mean") - 200) < 2);
    scenario_close(&s);
}

#define ZONES "{'kind': 'zones', '#': ['eu-1a', 'eu-1b', 'eu-1c']},"
#define NODES(cpu) "{'kind': 'nodepool', 'name': 'n', 'count': 3, 'cpu': " cpu ", 'memory': '1Gi'},"
#define OUTAGE AT("1m", "{'kind': 'zone_outage', 'zone': 'eu-1b', 'duration': '2m'}")
#define CPU_REQUEST "'replicas': 3, 'startup': '10s', 'resources': {'requests': {'cpu': 1}},"

static void a_zone_outage_takes_nodes_and_pods_until_it_is_over(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN ZONES NODES("1") SERVICE(CPU_REQUEST, WAIT) OUTAGE);
    scenario_run(&s, 179);
    assert_int_equal(service_ready_count(s.w, 0), 2); /* no room elsewhere */
    assert_false(infra_node(s.w, 1)->up);
    assert_true(infra_node(s.w, 0)->up && infra_node(s.w, 2)->up);
    scenario_run(&s, 200);
    assert_true(infra_node(s.w, 1)->up);
    assert_int_equal(service_ready_count(s.w, 0), 3);
    assert_int_equal(scenario_entries(&s, "fault.end"), 1);
    assert_int_equal(scenario_entry(&s, "pod.crash", 0)->cause, 1);
    scenario_close(&s);
}

/* As Kubernetes does it: 40 s until the node is taken for lost, 300 s of toleration, then anew. */
static void where_there_is_room_pods_outlive_their_zone(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN ZONES NODES("2") SERVICE(CPU_REQUEST, WAIT)
                           AT("1m", "{'kind': 'zone_outage', 'zone': 'eu-1b', 'duration': '9m'}"));
    scenario_run(&s, 60 + 340 + 9);
    assert_int_equal(service_ready_count(s.w, 0), 2);
    scenario_run(&s, 60 + 340 + 10);
    assert_int_equal(service_ready_count(s.w, 0), 3);
    assert_int_equal(scenario_entries(&s, "pod.evicted"), 1);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(infra_node(s.w, pod_node(s.w, i))->up);
    scenario_run(&s, 600);
    scenario_close(&s);
}

static void overlapping_outages_of_a_zone_end_with_the_last(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN ZONES NODES("1") SERVICE(CPU_REQUEST, WAIT) OUTAGE AT(
                           "2m", "{'kind': 'zoneOutage', '#': ['eu-1b'], 'duration': '3m'}"));
    scenario_run(&s, 299);
    assert_false(infra_node(s.w, 1)->up);
    scenario_run(&s, 320);
    assert_true(infra_node(s.w, 1)->up);
    assert_int_equal(service_ready_count(s.w, 0), 3);
    scenario_close(&s);
}

static void without_nodes_the_one_zone_can_fail_too(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SERVICE("", WAIT) CLIENT("a", "shop GET /")
                           AT("1m", "{'kind': 'zoneOutage', 'zone': 'zone-a', 'duration': '1m'}"));
    scenario_run(&s, 90);
    assert_int_equal(service_ready_count(s.w, 0), 0);
    scenario_run(&s, 300);
    assert_int_equal(service_ready_count(s.w, 0), 1);
    scenario_close(&s);
}

static void faults_that_overlap_add_up(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s, RUN SERVICE("", WAIT) CLIENT("a", "shop GET /")
                AT("0s", "{'kind': 'slow', 'target': 'shop', 'latency': '100ms'}")
                    AT("0s", "{'kind': 'slow', 'target': 'shop GET /', 'latency': '300ms'}"));
    scenario_run(&s, 100);
    world_report(s.w);
    assert_true(fabs(scenario_figure(&s, "clients", "a", "latency_ms.p50") - 500) < 3);
    scenario_close(&s);
}

#define BAD(action, said) scenario_refused(SERVICE("", WAIT) AT("1m", action), said)

static void bad_faults_are_refused(void **state)
{
    (void)state;
    BAD("{'kind': 'slow', 'target': 'shpo', 'latency': '1s'}", "did you mean 'shop'?");
    BAD("{'kind': 'slow', 'target': 'shop GET /x', 'latency': '1s'}", "no endpoint 'GET /x'");
    BAD("{'kind': 'slow', 'target': 'shop'}", "action.latency");
    BAD("{'kind': 'slow', 'target': 'shop', 'latency': '-1s'}", "action.latency");
    BAD("{'kind': 'slow', 'target': 'shop', 'latency': '1s', 'duration': '0s'}", "duration");
    BAD("{'kind': 'slow', 'target': 'shop', 'latency': '1s', 'pods': 0}", "action.pods");
    BAD("{'kind': 'errors', 'target': 'shop', 'ratio': '130%'}", "action.ratio");
    BAD("{'kind': 'errors', 'target': 'shop'}", "action.ratio");
    BAD("{'kind': 'hang', 'target': ''}", "there is no service named ''");
    BAD("{'kind': 'leak', 'target': 'shop', 'bytes': 0}", "action.bytes");
    BAD("{'kind': 'cpuHog', 'target': 'shop', 'factor': 0}", "action.factor");
    BAD("{'kind': 'crash', 'service': 'cart'}", "cart");
    BAD("{'kind': 'crash', 'service': 'shop', 'pods': -1}", "action.pods");
    BAD("{'kind': 'zoneOutage', 'zone': 'eu-1a'}", "no zone has the name 'eu-1a'");
    BAD("{'kind': 'zoneOutage'}", "action.zone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crashed_pods_restart_in_place),
        cmocka_unit_test(a_crash_of_all_takes_the_starting_too_and_fails_calls),
        cmocka_unit_test(slow_adds_its_latency_while_it_lasts),
        cmocka_unit_test(errors_fail_their_share_of_calls),
        cmocka_unit_test(a_hung_call_keeps_its_worker_for_ever),
        cmocka_unit_test(a_leak_ends_in_an_out_of_memory_kill),
        cmocka_unit_test(a_cpu_hog_multiplies_work_on_the_pods_it_hits),
        cmocka_unit_test(a_zone_outage_takes_nodes_and_pods_until_it_is_over),
        cmocka_unit_test(where_there_is_room_pods_outlive_their_zone),
        cmocka_unit_test(overlapping_outages_of_a_zone_end_with_the_last),
        cmocka_unit_test(without_nodes_the_one_zone_can_fail_too),
        cmocka_unit_test(faults_that_overlap_add_up),
        cmocka_unit_test(bad_faults_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
