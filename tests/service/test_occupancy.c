/* test_occupancy.c - the time a pod spends with each number of calls, counted to the nanosecond. */
#include "../support/scenario.h"

/* One user: thinks 1 s, is served 0.5 s; so one call is there a third of the time, from 0 on. */
#define USER                                                                                       \
    ", {'kind': 'client', 'name': 'user', 'target': 'shop GET /', 'users': 1, 'think': '1s'}"
#define SHOP(more)                                                                                 \
    "{'kind': 'service', 'name': 'shop', 'endpoints': {'GET /': [{'kind': 'cpu', 'work': "         \
    "'500ms'}]}" more "}"

static const struct spread *occupancy_of(const struct scenario *s)
{
    for (uint32_t i = 0; i < recorder_spread_count(s->rec); i++) {
        const struct spread *x = recorder_spread_at(s->rec, i);
        if (strcmp(x->section, "services") == 0 && strcmp(x->metric, "occupancy") == 0) return x;
    }
    return NULL;
}

/* ns with no call and with one. */
static void assert_levels(const char *objects, int64_t none_ns, int64_t one_ns)
{
    struct scenario s = { 0 };
    scenario_begin(&s, objects);
    scenario_run(&s, 600);
    world_report(s.w);
    const struct spread *x = occupancy_of(&s);
    assert_non_null(x);
    assert_int_equal(x->bucket_low, 0);
    assert_int_equal(x->bucket_count, 2);
    assert_int_equal(x->counts[0], none_ns);
    assert_int_equal(x->counts[1], one_ns);
    scenario_close(&s);
}

static void each_level_gets_the_time_it_lasted(void **state)
{
    (void)state;
    assert_levels("{'kind': 'run', 'duration': '600s'}," SHOP(", 'occupancy': true") USER,
                  400 * NS_PER_S, 200 * NS_PER_S);
}

static void the_warm_up_is_left_out(void **state)
{
    (void)state;
    assert_levels(
        "{'kind': 'run', 'duration': '600s', 'warmup': '300s'}," SHOP(", 'occupancy': true") USER,
        200 * NS_PER_S, 100 * NS_PER_S);
}

/* It crashes at 300 s and takes longer than the run to start again. */
static void time_without_a_process_is_left_out(void **state)
{
    (void)state;
    assert_levels(
        "{'kind': 'run', 'duration': '600s'}," SHOP(", 'occupancy': true, 'startup': '10m'") USER
        ", {'kind': 'at', '#': ['300s', {'kind': 'crash', 'service': 'shop'}]}",
        200 * NS_PER_S, 100 * NS_PER_S);
}

static void nothing_is_reported_unless_asked_for(void **state)
{
    (void)state;
    struct scenario s = { 0 };
    scenario_begin(&s, "{'kind': 'run', 'duration': '600s'}," SHOP("") USER);
    scenario_run(&s, 600);
    world_report(s.w);
    assert_null(occupancy_of(&s));
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_gets_the_time_it_lasted),
        cmocka_unit_test(the_warm_up_is_left_out),
        cmocka_unit_test(time_without_a_process_is_left_out),
        cmocka_unit_test(nothing_is_reported_unless_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
