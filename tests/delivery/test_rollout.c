/* test_rollout.c - releases replace every pod, within their limits and without losing a call. */
#include "../support/scenario.h"

#include "delivery/delivery.h"
#include "service/service.h"

#include <math.h>

#define RUN "{'kind': 'run', 'duration': '10m'},"
#define SHOP(fields)                                                                               \
    "{'kind': 'service', 'name': 'shop', 'replicas': 3, 'startup': '10s', " fields                 \
    "'endpoints': {'GET /': [{'kind': 'wait', '#': ['100ms']}]}},"
#define RELEASE(fields)                                                                            \
    "{'kind': 'at', 'time': '1m', 'action': {'kind': 'restart', 'service': 'shop'" fields "}}"
/* Function 1 looks every 500 ms. */
#define WATCH ", {'kind': 'every', 'period': '500ms', 'action': '@1'}"

static struct extremes {
    uint32_t ready_min, pods_max;
} seen;

static bool look(struct scenario *s, uint32_t function, struct argument *result)
{
    (void)function, (void)result;
    uint32_t pods = 0, first = service_pod_first(s->w, 0);
    for (uint32_t i = 0; i < service_pod_capacity(s->w, 0); i++)
        pods += pod_state_of(s->w, first + i) != POD_GONE;
    if (pods > seen.pods_max) seen.pods_max = pods;
    if (service_ready_count(s->w, 0) < seen.ready_min)
        seen.ready_min = service_ready_count(s->w, 0);
    return true;
}

static void begin_watched(struct scenario *s, const char *objects)
{
    seen = (struct extremes){ .ready_min = UINT32_MAX };
    s->callback = look;
    scenario_begin(s, objects);
}

/* When the number-th release was over, in seconds; none was blocked. */
static double released_s(const struct scenario *s, uint32_t number)
{
    assert_int_equal(scenario_entries(s, "release.blocked"), 0);
    return ns_to_s(scenario_entry(s, "release.end", number)->at_ns);
}

static void one_more_pod_at_a_time_keeps_full_strength(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin_watched(&s, RUN SHOP() RELEASE(", 'version': 'v2'") WATCH);
    scenario_run(&s, 600);
    assert_true(released_s(&s, 0) == 60 + 3 * 10);
    assert_int_equal(seen.ready_min, 3);
    assert_int_equal(seen.pods_max, 4);
    assert_int_equal(service_ready_count(s.w, 0), 3);
    world_report(s.w);
    assert_true(scenario_figure(&s, "rollouts", "shop", "count") == 1);
    assert_true(scenario_figure(&s, "rollouts", "shop", "unfinished") == 0);
    assert_true(scenario_figure(&s, "rollouts", "shop", "instances_moved") == 3);
    assert_true(scenario_figure(&s, "rollouts", "shop", "minutes") == 0.5);
    assert_true(scenario_figure(&s, "rollouts", "shop", "last_minutes") == 0.5);
    const struct entry *begin = scenario_entry(&s, "release.begin", 0);
    assert_string_equal(begin->text, "v2, to 3 replicas");
    assert_string_equal(recorder_event_at(s.rec, begin->cause - 1)->kind, "action");
    assert_int_equal(begin + 1 - recorder_event_at(s.rec, 0),
                     scenario_entry(&s, "release.end", 0)->cause);
    scenario_close(&s);
}

static void without_surge_a_pod_goes_before_its_successor_starts(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin_watched(&s, RUN SHOP() RELEASE(", 'maxSurge': 0, 'maxUnavailable': 1") WATCH);
    scenario_run(&s, 600);
    assert_true(released_s(&s, 0) == 60 + 3 * 10);
    assert_int_equal(seen.ready_min, 2);
    assert_int_equal(seen.pods_max, 3);
    scenario_close(&s);
}

static void a_surge_of_all_takes_one_start(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin_watched(&s, RUN SHOP() RELEASE(", 'maxSurge': 3") WATCH);
    scenario_run(&s, 600);
    assert_true(released_s(&s, 0) == 60 + 10);
    assert_int_equal(seen.ready_min, 3);
    assert_int_equal(seen.pods_max, 6);
    scenario_close(&s);
}

static void a_new_pod_counts_after_min_ready_seconds(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin_watched(&s, RUN SHOP() RELEASE(", 'minReadySeconds': 5"));
    scenario_run(&s, 600);
    assert_true(released_s(&s, 0) == 60 + 3 * 15);
    scenario_close(&s);
}

static void pods_that_start_at_once_are_replaced_at_once(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN "{'kind': 'service', 'name': 'shop', 'replicas': 50, 'endpoints': "
                           "{'GET /': [{'kind': 'wait', '#': ['1ms']}]}}," RELEASE());
    scenario_run(&s, 600);
    assert_true(released_s(&s, 0) == 60);
    world_report(s.w);
    assert_true(scenario_figure(&s, "rollouts", "shop", "instances_moved") == 50);
    scenario_close(&s);
}

static void a_release_loses_no_call(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s,
        RUN SHOP() RELEASE() ", {'kind': 'client', 'name': 'u', 'target': 'shop', 'users': 10}");
    scenario_run(&s, 120);
    /* A drained pod finishes its calls of 100 ms, which costs the release nothing. */
    assert_true(released_s(&s, 0) == 90);
    world_report(s.w);
    assert_true(scenario_figure(&s, "clients", "u", "failed") == 0);
    assert_true(scenario_figure(&s, "clients", "u", "ok") > 10000);
    scenario_close(&s);
}

static void a_newer_release_takes_over(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin_watched(&s, RUN SHOP()
                          RELEASE(", 'version': 'v2'") ", {'kind': 'at', 'time': '75s', 'action': "
                                                       "{'kind': 'release', 'service': 'shop', "
                                                       "'version': 'v3'}}");
    scenario_run(&s, 600);
    assert_int_equal(scenario_entries(&s, "release.end"), 2);
    assert_string_equal(scenario_entry(&s, "release.end", 0)->text,
                        "given up for a newer release after 15.000 s");
    /* At 75 s: one new pod is ready, another started at 70 s, two old ones are left. All four are
     * replaced. The unready one goes first, so three starts of 10 s are left from 75 s on. */
    assert_true(released_s(&s, 1) == 75 + 3 * 10);
    world_report(s.w);
    assert_true(scenario_figure(&s, "rollouts", "shop", "count") == 2);
    assert_true(scenario_figure(&s, "rollouts", "shop", "instances_moved") == 1 + 4);
    scenario_close(&s);
}

static void a_release_with_no_slot_is_blocked_and_says_so_once(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SHOP("'maxReplicas': 3, ") RELEASE());
    scenario_run(&s, 600);
    assert_int_equal(scenario_entries(&s, "release.blocked"), 1);
    assert_int_equal(scenario_entries(&s, "release.end"), 0);
    world_report(s.w);
    assert_true(scenario_figure(&s, "rollouts", "shop", "unfinished") == 1);
    assert_true(scenario_figure(&s, "rollouts", "shop", "instances_moved") == 0);
    assert_true(scenario_figure(&s, "rollouts", "shop", "minutes") == 9);
    scenario_close(&s);
}

static void a_blocked_release_goes_on_when_there_is_room(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN
                   "{'kind': 'nodepool', 'name': 'n', 'count': 1, 'cpu': 4, 'memory': '1Gi'}," SHOP(
                       "'resources': {'requests': {'cpu': 1}}, ") "{'kind': 'service', 'name': "
                                                                  "'other', 'resources': "
                                                                  "{'requests': {'cpu': "
                                                                  "1}}, 'endpoints': {'GET /': "
                                                                  "[{'kind': 'wait', '#': "
                                                                  "['1ms']}]}}," RELEASE() ", "
                                                                                           "{'kind'"
                                                                                           ": "
                                                                                           "'at', "
                                                                                           "'time':"
                                                                                           " '2m', "
                                                                                           "'action"
                                                                                           "': "
                                                                                           "{'kind'"
                                                                                           ": "
                                                                                           "'scale'"
                                                                                           ", "
                                                                                           "'servic"
                                                                                           "e': "
                                                                                           "'other'"
                                                                                           ", "
                                                                                           "'replic"
                                                                                           "as': "
                                                                                           "0}}");
    scenario_run(&s, 600);
    assert_int_equal(scenario_entries(&s, "release.blocked"), 1);
    double end_s = ns_to_s(scenario_entry(&s, "release.end", 0)->at_ns);
    assert_true(end_s >= 120 + 30 && end_s <= 120 + 30 + 5);
    scenario_close(&s);
}

static void a_crash_meanwhile_only_delays_a_release(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SHOP() RELEASE() ", {'kind': 'at', 'time': '65s', 'action': {'kind': "
                                            "'crash', 'service': 'shop', 'pods': 'unlimited'}}");
    scenario_run(&s, 600);
    assert_int_equal(scenario_entries(&s, "release.end"), 1);
    assert_int_equal(service_ready_count(s.w, 0), 3);
    assert_true(released_s(&s, 0) > 90);
    scenario_close(&s);
}

static void unready_old_pods_go_first_and_at_once(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s, RUN SHOP() RELEASE(
                ", 'maxSurge': 0, 'maxUnavailable': 1") ", {'kind': 'at', 'time': '59s', 'action': "
                                                        "{'kind': 'crash', 'service': "
                                                        "'shop', 'pods': 'unlimited'}}");
    scenario_run(&s, 600);
    /* All are starting until 69 s; one is replaced at 60 s, the others at 70 s and 80 s. */
    assert_true(released_s(&s, 0) == 60 + 3 * 10);
    scenario_close(&s);
}

static void a_scale_meanwhile_is_followed(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(
        &s,
        RUN SHOP()
            RELEASE() ", {'kind': 'at', 'time': '75s', 'action': {'kind': "
                      "'scale', 'service': 'shop', 'replicas': 5}}, {'kind': 'at', 'time': '5m', "
                      "'action': {'kind': 'scale', 'service': 'shop', 'replicas': 1}}");
    scenario_run(&s, 200);
    assert_int_equal(scenario_entries(&s, "release.end"), 1);
    assert_int_equal(service_ready_count(s.w, 0), 5);
    scenario_run(&s, 600);
    assert_int_equal(service_ready_count(s.w, 0), 1);
    scenario_close(&s);
}

static void a_release_before_the_warm_up_ends_is_not_counted(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, "{'kind': 'run', 'duration': '10m', 'warmup': '2m'}," SHOP() RELEASE());
    scenario_run(&s, 600);
    assert_int_equal(scenario_entries(&s, "release.end"), 1);
    world_report(s.w);
    assert_null(recorder_figure(s.rec, "rollouts", "shop", "count"));
    scenario_close(&s);
}

static void scaling_beyond_the_most_is_refused_on_the_timeline(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, RUN SHOP("'maxReplicas': 4, ") "{'kind': 'at', 'time': '1m', 'action': "
                                                      "{'kind': 'scale', '#': ['shop', 9]}}");
    scenario_run(&s, 600);
    assert_string_equal(scenario_entry(&s, "scale.refused", 0)->text,
                        "wants 9 replicas, but may have at most 4 pods");
    assert_int_equal(service_replicas(s.w, 0), 3);
    scenario_close(&s);
}

static void bad_releases_are_refused(void **state)
{
    (void)state;
    scenario_refused(RUN SHOP() RELEASE(", 'maxSurge': 0"),
                     "maxSurge and maxUnavailable are both 0");
    scenario_refused(RUN SHOP() RELEASE(", 'maxSurge': -1"), "action.maxSurge");
    scenario_refused(RUN SHOP() RELEASE(", 'maxsurge': 1"), "did you mean 'maxSurge'?");
    scenario_refused(RUN SHOP() "{'kind': 'at', 'time': '1m', 'action': {'kind': 'restart', "
                                "'service': 'shp'}}",
                     "shp");
    scenario_refused(RUN SHOP() "{'kind': 'at', 'time': '1m', 'action': {'kind': 'scale', "
                                "'service': 'shop', 'replicas': 2.5}}",
                     "action.replicas");
    scenario_refused(RUN SHOP() "{'kind': 'at', 'time': '1m', 'action': {'kind': 'scale', "
                                "'service': 'shop'}}",
                     "action.replicas");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_pod_at_a_time_keeps_full_strength),
        cmocka_unit_test(without_surge_a_pod_goes_before_its_successor_starts),
        cmocka_unit_test(a_surge_of_all_takes_one_start),
        cmocka_unit_test(a_new_pod_counts_after_min_ready_seconds),
        cmocka_unit_test(pods_that_start_at_once_are_replaced_at_once),
        cmocka_unit_test(a_release_loses_no_call),
        cmocka_unit_test(a_newer_release_takes_over),
        cmocka_unit_test(a_release_with_no_slot_is_blocked_and_says_so_once),
        cmocka_unit_test(a_blocked_release_goes_on_when_there_is_room),
        cmocka_unit_test(a_crash_meanwhile_only_delays_a_release),
        cmocka_unit_test(unready_old_pods_go_first_and_at_once),
        cmocka_unit_test(a_scale_meanwhile_is_followed),
        cmocka_unit_test(a_release_before_the_warm_up_ends_is_not_counted),
        cmocka_unit_test(scaling_beyond_the_most_is_refused_on_the_timeline),
        cmocka_unit_test(bad_releases_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
