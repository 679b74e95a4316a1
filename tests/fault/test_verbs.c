/* test_verbs.c - what a callback may ask and do through its handle, and how it is told it may not.
 */
#include "../support/scenario.h"

#include "delivery/verbs_service.h"
#include "fault/verbs_run.h"
#include "service/service.h"

#include <math.h>

#define WORLD                                                                                      \
    "{'kind': 'run', 'duration': '10m'}, {'kind': 'service', 'name': 'cart', 'replicas': 3, "      \
    "'maxReplicas': 6, 'startup': '10s', 'endpoints': {'GET /': [{'kind': 'wait', '#': "           \
    "['100ms']}]}}, {'kind': 'client', 'name': 'u', 'target': 'cart', 'users': 1}"

static char error[200];

static struct argument act(struct world *w, const struct verb *verb, const char *text,
                           double number)
{
    struct argument result, arguments[2] = {
        { .type = ARGUMENT_TEXT, .text = text },
        { .type = isnan(number) ? ARGUMENT_NONE : ARGUMENT_NUMBER, .number = number },
    };
    error[0] = '\0';
    uint32_t count = isnan(number) ? 1 : 2;
    if (!verb->act(w, arguments, text ? count : 0, &result, error, sizeof error))
        fail_msg("%s: %s", verb->usage, error);
    return result;
}

static void refused(struct world *w, const struct verb *verb, const char *text, double number,
                    const char *why)
{
    struct argument result, arguments[2] = {
        { .type = ARGUMENT_TEXT, .text = text },
        { .type = ARGUMENT_NUMBER, .number = number },
    };
    error[0] = '\0';
    assert_false(verb->act(w, arguments, 2, &result, error, sizeof error));
    if (!strstr(error, why)) print_error("wanted: %s\ngot: %s\n", why, error);
    assert_non_null(strstr(error, why));
}

static void a_script_scales_and_asks(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    scenario_run(&s, 60);
    assert_true(act(s.w, &verb_now, NULL, NAN).number == 60);
    assert_true(act(s.w, &verb_scale, "cart", 5).boolean);
    assert_true(act(s.w, &verb_replicas, "cart", NAN).number == 5);
    assert_true(act(s.w, &verb_ready, "cart", NAN).number == 3);
    scenario_run(&s, 70);
    assert_true(act(s.w, &verb_ready, "cart", NAN).number == 5);
    assert_string_equal(scenario_entry(&s, "action", 0)->text,
                        "a script scales it from 3 to 5 replicas");
    scenario_close(&s);
}

static void scaling_to_what_is_there_is_no_event(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    assert_true(act(s.w, &verb_scale, "cart", 3).boolean);
    assert_int_equal(recorder_event_count(s.rec), 0);
    scenario_close(&s);
}

static void scaling_too_far_answers_false(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    assert_false(act(s.w, &verb_scale, "cart", 7).boolean);
    assert_true(act(s.w, &verb_replicas, "cart", NAN).number == 3);
    assert_int_equal(scenario_entry(&s, "scale.refused", 0)->cause, 1);
    scenario_close(&s);
}

static void a_script_crashes_and_restarts(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    assert_true(act(s.w, &verb_crash, "cart", NAN).number == 1);
    assert_true(act(s.w, &verb_crash, "cart", 9).number == 2);
    assert_int_equal(service_ready_count(s.w, 0), 0);
    scenario_run(&s, 60);
    struct argument arguments[2] = { { .type = ARGUMENT_TEXT, .text = "cart" },
                                     { .type = ARGUMENT_TEXT, .text = "v2" } },
                    result;
    assert_true(verb_restart.act(s.w, arguments, 2, &result, error, sizeof error));
    scenario_run(&s, 120);
    assert_string_equal(scenario_entry(&s, "release.begin", 0)->text, "v2, to 3 replicas");
    assert_true(scenario_entry(&s, "release.end", 0)->at_ns == 90 * NS_PER_S);
    world_report(s.w); /* three came back, three were replaced */
    assert_true(scenario_figure(&s, "services", "cart", "starts") == 6);
    scenario_close(&s);
}

static void signals_are_those_of_the_last_window(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    assert_true(isnan(act(s.w, &verb_signal, "cart.p99", NAN).number)); /* no window yet */
    scenario_run(&s, 60);
    double p99_s = act(s.w, &verb_signal, "cart.p99", NAN).number;
    assert_true(fabs(p99_s - 0.1) < 0.001);
    assert_true(fabs(act(s.w, &verb_signal, "cart.in_flight", NAN).number - 1) < 0.001);
    assert_true(act(s.w, &verb_signal, "cart.replicas", NAN).number == 3);
    assert_true(act(s.w, &verb_signal, "cart.error_ratio", NAN).number == 0);
    scenario_close(&s);
}

/* One call at a time on a limit of two cores and four workers: half the CPU, a quarter of them. */
static void cpu_and_workers_are_signals_of_their_own(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, "{'kind': 'run', 'duration': '10m'}, {'kind': 'service', 'name': 'cart', "
                       "'workers': 4, 'resources': {'limits': {'cpu': 2}}, 'endpoints': {'GET /': "
                       "[{'kind': 'cpu', '#': ['100ms']}]}}, {'kind': 'client', 'name': 'u', "
                       "'target': 'cart', 'users': 1}");
    scenario_run(&s, 60);
    assert_true(fabs(act(s.w, &verb_signal, "cart.cpu", NAN).number - 0.5) < 0.001);
    assert_true(fabs(act(s.w, &verb_signal, "cart.utilization", NAN).number - 0.25) < 0.001);
    scenario_close(&s);
}

static void a_note_goes_on_the_timeline(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    act(s.w, &verb_log, "100% ready, %s", NAN);
    assert_string_equal(scenario_entry(&s, "note", 0)->text, "100% ready, %s");
    scenario_close(&s);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, WORLD);
    refused(s.w, &verb_scale, "crt", 1, "no service has the name 'crt' (did you mean 'cart'?)");
    refused(s.w, &verb_scale, "cart", -1,
            "replicas must be a whole number from 0 to 100000, not -1");
    refused(s.w, &verb_scale, "cart", 2.5, "not 2.5");
    refused(s.w, &verb_scale, "cart", NAN, "replicas must be a whole number");
    refused(s.w, &verb_scale, "cart", INFINITY, "replicas must be a whole number");
    refused(s.w, &verb_replicas, "", 0, "no service has the name ''");
    refused(s.w, &verb_ready, "x", 0, "no service has the name 'x'");
    refused(s.w, &verb_restart, "carts", 0, "did you mean 'cart'?");
    refused(s.w, &verb_crash, "cart", 0.5, "pods must be a whole number");
    refused(s.w, &verb_signal, "cart", 0, "'cart' is no signal");
    refused(s.w, &verb_signal, "cat.p99", 0, "did you mean 'cart'?");
    refused(s.w, &verb_signal, "cart.p9", 0, "no signal has the name 'p9'");
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_scales_and_asks),
        cmocka_unit_test(scaling_to_what_is_there_is_no_event),
        cmocka_unit_test(scaling_too_far_answers_false),
        cmocka_unit_test(a_script_crashes_and_restarts),
        cmocka_unit_test(signals_are_those_of_the_last_window),
        cmocka_unit_test(cpu_and_workers_are_signals_of_their_own),
        cmocka_unit_test(a_note_goes_on_the_timeline),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
