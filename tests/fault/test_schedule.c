/* test_schedule.c - actions happen when they are said to, in the order said, and end in time. */
#include "../support/scenario.h"

#include "service/service.h"

#define RUN "{'kind': 'run', 'duration': '10m'},"
#define SHOP                                                                                       \
    "{'kind': 'service', 'name': 'shop', 'replicas': 3, 'endpoints': {'GET /': [{'kind': 'wait', " \
    "'#': ['100ms']}]}}"
#define AT(time, action) ", {'kind': 'at', '#': ['" time "', " action "]}"
#define SLOW "{'kind': 'slow', 'target': 'shop', 'latency': '1s', 'duration': '2m'}"

/* What the functions did: their numbers and times. */
static struct {
    uint32_t count, functions[64];
    int64_t times_ns[64];
} called;

static bool remember(struct scenario *s, uint32_t function, struct argument *result)
{
    assert_true(called.count < 64);
    called.functions[called.count] = function;
    called.times_ns[called.count++] = now_ns(s->w);
    *result = (struct argument){ .type = ARGUMENT_BOOL, .boolean = now_ns(s->w) >= 5 * NS_PER_S };
    return true;
}

static void begin(struct scenario *s, const char *objects)
{
    memset(&called, 0, sizeof called);
    s->callback = remember;
    scenario_begin(s, objects);
}

static void a_bare_function_is_called_at_its_time(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin(&s, RUN SHOP AT("90s", "'@2'") AT("1m", "'@1'") AT("90s", "'@3'") AT("0s", "'@4'"));
    scenario_run(&s, 600);
    static const uint32_t functions[] = { 4, 1, 2, 3 }; /* of two at one instant the first said */
    static const int64_t times_s[] = { 0, 60, 90, 90 };
    assert_int_equal(called.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(called.functions[i], functions[i]);
        assert_true(called.times_ns[i] == times_s[i] * NS_PER_S);
    }
    assert_int_equal(recorder_event_count(s.rec), 0); /* a function says for itself what it does */
    scenario_close(&s);
}

static void every_begins_a_period_after_from_and_ends_with_to(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin(&s, RUN SHOP ", {'kind': 'every', 'period': '1m', 'action': '@1', 'from': '2m', "
                       "'to': '5m'}, {'kind': 'every', '#': ['4m', '@2']}");
    scenario_run(&s, 600);
    static const uint32_t functions[] = { 1, 2, 1, 1, 2 };
    static const int64_t times_s[] = { 180, 240, 240, 300, 480 };
    assert_int_equal(called.count, 5);
    for (int i = 0; i < 5; i++) {
        assert_true(called.times_ns[i] == times_s[i] * NS_PER_S);
        assert_int_equal(called.functions[i], functions[i]);
    }
    scenario_close(&s);
}

static void when_acts_once_as_soon_as_its_condition_holds(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin(&s, RUN SHOP ", {'kind': 'when', '#': ['@1', " SLOW "], 'every': '2s'}");
    scenario_run(&s, 600);
    assert_int_equal(called.count, 3); /* 2 s, 4 s, 6 s: true from 5 s on */
    assert_int_equal(scenario_entries(&s, "fault.begin"), 1);
    assert_true(scenario_entry(&s, "fault.begin", 0)->at_ns == 6 * NS_PER_S);
    assert_true(scenario_entry(&s, "fault.end", 0)->at_ns == 126 * NS_PER_S);
    scenario_close(&s);
}

static void a_fault_begins_and_ends_on_the_timeline(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin(&s, RUN SHOP AT("1m", SLOW) AT("2m", "{'kind': 'errors', 'target': 'shop GET /', "
                                               "'ratio': '10%'}"));
    scenario_run(&s, 600);
    assert_int_equal(scenario_entries(&s, "fault.begin"), 2);
    assert_int_equal(scenario_entries(&s, "fault.end"), 1);
    assert_string_equal(scenario_entry(&s, "fault.begin", 0)->text, "slow, for 2m");
    assert_string_equal(scenario_entry(&s, "fault.begin", 0)->object, "shop");
    assert_string_equal(scenario_entry(&s, "fault.begin", 1)->text,
                        "errors, to the end of the run");
    assert_string_equal(scenario_entry(&s, "fault.begin", 1)->object, "shop GET /");
    assert_int_equal(scenario_entry(&s, "fault.end", 0)->cause, 1);
    scenario_close(&s);
}

static void a_fault_that_comes_again_is_over_before(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin(&s, RUN SHOP ", {'kind': 'every', 'period': '2m', 'action': " SLOW "}");
    scenario_run(&s, 599);
    assert_int_equal(scenario_entries(&s, "fault.begin"), 4);
    assert_int_equal(scenario_entries(&s, "fault.end"), 3);
    scenario_close(&s);
}

static bool fail_second(struct scenario *s, uint32_t function, struct argument *result)
{
    (void)function;
    *result = (struct argument){ .type = ARGUMENT_NUMBER, .number = 1 };
    snprintf(s->failure, sizeof s->failure, "test.lua:3: at %.0f s", ns_to_s(now_ns(s->w)));
    return ++called.count != 2;
}

static void a_function_that_fails_stops_the_run(void **state)
{
    (void)state;
    struct scenario s = { .callback = fail_second };
    called.count = 0;
    scenario_begin(&s, RUN SHOP ", {'kind': 'every', '#': ['1m', '@1']}" AT("2m", "'@1'"));
    assert_false(world_run(s.w, 600 * NS_PER_S));
    assert_string_equal(world_failure(s.w), "test.lua:3: at 120 s");
    assert_true(world_now(s.w) == 120 * NS_PER_S);
    assert_int_equal(called.count, 2); /* of the two at 120 s the second was not even called */
    scenario_close(&s);
}

static void a_condition_that_is_no_truth_value_stops_the_run(void **state)
{
    (void)state;
    struct scenario s = { .callback = fail_second };
    called.count = 2;
    scenario_begin(&s, RUN SHOP ", {'kind': 'when', '#': ['@1', '@1']}");
    assert_false(world_run(s.w, 600 * NS_PER_S));
    assert_non_null(strstr(world_failure(s.w), "must answer true or false"));
    scenario_close(&s);
}

static void what_can_never_happen_is_warned_of(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    begin(&s,
          RUN SHOP AT("1m", "'@1'") AT("900d", "'@1'") ", {'kind': 'every', '#': ['901d', '@2']}");
    assert_int_equal(diag_warning_count(s.diag), 2);
    assert_non_null(strstr(text_data(&s.said), "warning: at[2]: it would first happen at 900d"));
    assert_non_null(strstr(text_data(&s.said), "warning: every[1]: it would first happen at 901d"));
    scenario_close(&s);
}

static void bad_schedules_are_refused(void **state)
{
    (void)state;
    scenario_refused(SHOP AT("-1s", SLOW), "time");
    scenario_refused(SHOP AT("5", SLOW), "time");
    scenario_refused(SHOP AT("1m", "{'kind': 'sloww', 'target': 'shop'}"), "did you mean 'slow'?");
    scenario_refused(SHOP AT("1m", "{'kind': 'fifo'}"), "fifo");
    scenario_refused(SHOP ", {'kind': 'at', 'time': '1m'}", "action");
    scenario_refused(SHOP ", {'kind': 'every', '#': ['0s', '@1']}", "period");
    scenario_refused(SHOP ", {'kind': 'every', '#': ['1m', '@1'], 'to': '30s'}",
                     "so nothing ever happens");
    scenario_refused(SHOP ", {'kind': 'every', '#': ['1m', " SLOW "]}", "slow lasts longer");
    scenario_refused(SHOP ", {'kind': 'every', '#': ['1m', {'kind': 'hang', 'target': 'shop'}]}",
                     "hang has no duration");
    scenario_refused(SHOP ", {'kind': 'when', '#': [true, " SLOW "]}", "condition");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_function_is_called_at_its_time),
        cmocka_unit_test(every_begins_a_period_after_from_and_ends_with_to),
        cmocka_unit_test(when_acts_once_as_soon_as_its_condition_holds),
        cmocka_unit_test(a_fault_begins_and_ends_on_the_timeline),
        cmocka_unit_test(a_fault_that_comes_again_is_over_before),
        cmocka_unit_test(a_function_that_fails_stops_the_run),
        cmocka_unit_test(a_condition_that_is_no_truth_value_stops_the_run),
        cmocka_unit_test(what_can_never_happen_is_warned_of),
        cmocka_unit_test(bad_schedules_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
