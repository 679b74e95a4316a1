/* test_ways.c - the short way of a call and the long one are the same way.
 *
 * Pods to whose calls nothing rare can happen are asked nothing, routes with nothing on them are taken
 * in line, who waits next is started in place. What makes a service give all that up without meaning
 * to change anything else (keeping its occupancy, dropping what is expired where nothing expires, a
 * trace) must leave every event and every figure as it was. */
#include "../support/cloud.h"

#define GUARDS ", 'timeout': '90ms', 'retry': {'kind': 'retry', 'attempts': 3}"

/* Asynchronous and holding services, one and several workers and pods, parallel calls, failures,
 * retries, a crash, a queue with a limit, and a warm-up. */
#define WORLD(variant)                                                                             \
    "{'kind': 'run', 'duration': '40s', 'warmup': '7s'}"                                           \
    SERVICE("c", "'workers': 1, " variant, "'/': [" WORK_RANDOM("1ms") "]")                        \
    SERVICE("d", "'workers': 3, 'replicas': 2, 'queueLimit': 4, " variant,                         \
            "'/': [" WORK_RANDOM("9ms") ", {'kind': 'fail', 'probability': '5%'}]")                \
    SERVICE("b", "'workers': 1, 'async': true, " variant,                                          \
            "'/': [" WORK_RANDOM("1ms") ", " ASK("c /", "") "]")                                   \
    SERVICE("a", "'workers': 2, 'async': true, " variant,                                          \
            "'/': [" WORK_RANDOM("1ms") ", " ASK("b /", "") ", {'kind': 'parallel', '#': ["        \
            ASK("d /", GUARDS) ", " ASK("c /", ", 'optional': true") "]}, "                        \
            WORK_RANDOM("0.5ms") "]")                                                              \
    OPEN("users", "a /", "400/s", GUARDS)                                                          \
    OPEN("others", "d /", "100/s", "")                                                             \
    AT("13s", CRASH("b"))

static struct scenario run(const char *objects, struct cloud_options o)
{
    struct scenario s;
    o.unchecked = true;
    cloud_open(&s, objects, o);
    assert_true(world_run(s.w, INT64_MAX));
    world_report(s.w);
    return s;
}

/* Every figure that the usual run tells. */
static void assert_same(const struct scenario *usual, const struct scenario *other)
{
    assert_int_equal(engine_event_count(other->w->engine), engine_event_count(usual->w->engine));
    assert_true(engine_digest(other->w->engine) == engine_digest(usual->w->engine));
    assert_true(recorder_figure_count(usual->rec) > 100);
    for (uint32_t i = 0; i < recorder_figure_count(usual->rec); i++) {
        const struct figure *f = recorder_figure_at(usual->rec, i);
        double value = cloud_figure(other, f->section, f->object, f->metric);
        if (value != f->value)
            fail_msg("%s.%s.%s is %.17g, not %.17g", f->section, f->object, f->metric, value,
                     f->value);
    }
}

static void who_keeps_its_occupancy_tells_the_same(void **state)
{
    (void)state;
    struct scenario usual = run(WORLD(""), (struct cloud_options){ 0 });
    struct scenario other = run(WORLD("'occupancy': true, "), (struct cloud_options){ 0 });
    assert_true(cloud_client(&usual, "users", "attempts") > 1);
    assert_true(cloud_service(&usual, "d", "by_outcome.overloaded") > 0);
    assert_true(cloud_service(&usual, "b", "by_outcome.crashed") > 0);
    assert_same(&usual, &other);
    scenario_close(&usual);
    scenario_close(&other);
}

static void a_trace_changes_nothing(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    struct scenario usual = run(WORLD(""), (struct cloud_options){ 0 });
    struct scenario traced = run(WORLD(""), (struct cloud_options){ .trace = nowhere });
    assert_same(&usual, &traced);
    scenario_close(&usual);
    scenario_close(&traced);
    fclose(nowhere);
}

static void a_plain_heap_gives_the_same_run(void **state)
{
    (void)state;
    struct scenario usual = run(WORLD(""), (struct cloud_options){ 0 });
    struct scenario heap = run(WORLD(""), (struct cloud_options){ .heap_queue = true });
    assert_same(&usual, &heap);
    scenario_close(&usual);
    scenario_close(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_keeps_its_occupancy_tells_the_same),
        cmocka_unit_test(a_trace_changes_nothing),
        cmocka_unit_test(a_plain_heap_gives_the_same_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
