/* test_world.c - a run is a function of scenario and seed, whatever else is done with it. */
#include "../support/cloud.h"

#include "engine/recorder.h"

/* Something of everything: guards, disciplines, faults, a release, chance in every place. */
#define BUSY                                                                                       \
    RUN("20s")                                                                                     \
    ", {'kind': 'zones', '#': ['a', 'b']}, {'kind': 'nodepool', 'name': 'n', "                     \
    "'count': 4, 'cpu': 4, 'memory': '1Gi'}, {'kind': 'network', 'latency': '250us', "             \
    "'crossZone': '600us', 'internet': '5ms'}" SERVICE(                                            \
        "shop",                                                                                    \
        "'replicas': 3, 'workers': 2, 'startup': " EXPONENTIAL(                                    \
            "1s") ", "                                                                             \
                  "'resources': {'requests': {'cpu': '500m'}},",                                   \
        "'/': [" WORK_RANDOM("5ms") "," ASK(                                                       \
            "cart /", ", 'timeout': '50ms', 'retry': "                                             \
                      "{'attempts': 3}") "," ASK("ads /", ", 'optional': true") "]")               \
        SERVICE("cart", "'replicas': 2, 'discipline': 'ps', 'onAbandon': 'cancel',",               \
                "'/': [" WORK_RANDOM("4ms") ", {'kind': 'fail', 'probability': 0.02}]")            \
            SERVICE("ads", "'async': true, 'discipline': 'lifo',",                                 \
                    "'/': [{'kind': 'loop', 'again': 0.4, '#': [" WORK_RANDOM("2ms") "]}]")        \
                OPEN(                                                                              \
                    "open", "shop /", "150/s",                                                     \
                    ", 'timeout': '1s', 'retry': {'attempts': 2}") ", {'kind': 'client', 'name': " \
                                                                   "'closed', 'mix': {'cart /': "  \
                                                                   "1, 'ads /': 2},"               \
                                                                   " 'users': 10, "                \
                                                                   "'think': " EXPONENTIAL(        \
                                                                       "50ms") "}" AT("5s",        \
                                                                                      CRASH(       \
                                                                                          "shop")) \
                                                                       AT("8s",                    \
                                                                          "{'kind': 'restart', "   \
                                                                          "'#': ['cart']}")        \
                                                                           AT("12s",               \
                                                                              "{'kind': "          \
                                                                              "'zoneOutage', "     \
                                                                              "'#': ['a'], "       \
                                                                              "'duration': '3s'}")

struct outcome_of_run {
    uint64_t digest, events;
    double figures; /* a sum over all of them: equal only when all are */
};

static struct outcome_of_run result(struct scenario *s)
{
    world_report(s->w);
    struct outcome_of_run r = { world_digest(s->w), world_event_count(s->w), 0 };
    for (uint32_t i = 0; i < recorder_figure_count(s->rec); i++)
        r.figures += recorder_figure_at(s->rec, i)->value * (i + 1);
    scenario_close(s);
    return r;
}

static struct outcome_of_run run(struct cloud_options options)
{
    struct scenario s;
    cloud_open(&s, BUSY, options);
    assert_true(world_run(s.w, INT64_MAX));
    return result(&s);
}

static void assert_same(struct outcome_of_run a, struct outcome_of_run b)
{
    assert_true(a.digest == b.digest);
    assert_true(a.events == b.events);
    assert_true(a.figures == b.figures);
}

static void a_seed_is_a_run(void **state)
{
    (void)state;
    struct outcome_of_run a = run((struct cloud_options){ .seed = 3 });
    assert_true(a.events > 10000);
    assert_same(a, run((struct cloud_options){ .seed = 3 }));
    struct outcome_of_run b = run((struct cloud_options){ .seed = 4 });
    assert_true(a.digest != b.digest && a.figures != b.figures);
}

static void either_queue_gives_the_same_run(void **state)
{
    (void)state;
    assert_same(run((struct cloud_options){ .seed = 5 }),
                run((struct cloud_options){ .seed = 5, .heap_queue = true }));
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    struct outcome_of_run plain = run((struct cloud_options){ .seed = 6, .unchecked = true });
    assert_same(plain, run((struct cloud_options){ .seed = 6 }));
    assert_same(plain, run((struct cloud_options){ .seed = 6, .trace = nowhere }));
    fclose(nowhere);
}

static void slices_of_any_length_add_up(void **state)
{
    (void)state;
    struct outcome_of_run whole = run((struct cloud_options){ .seed = 8 });
    static const int64_t slices_ns[] = { 1, 999999, 7 * NS_PER_MS, NS_PER_S, 15 * NS_PER_S };
    for (uint32_t i = 0; i < 5; i++) {
        struct scenario s;
        cloud_open(&s, BUSY, (struct cloud_options){ .seed = 8, .unchecked = true });
        int64_t until_ns = i == 0 ? 10000 : 20 * NS_PER_S; /* 1 ns at a time, for a while */
        for (int64_t t = 0; t < until_ns; t += slices_ns[i])
            assert_true(world_run(s.w, t));
        assert_true(world_run(s.w, INT64_MAX));
        assert_same(whole, result(&s));
    }
}

/* Two runs on one thread, turn by turn: nothing is shared between worlds. */
static void worlds_do_not_see_each_other(void **state)
{
    (void)state;
    struct scenario a, b;
    cloud_open(&a, BUSY, (struct cloud_options){ .seed = 9, .unchecked = true });
    cloud_open(&b, BUSY, (struct cloud_options){ .seed = 10, .unchecked = true });
    for (int64_t t = 0; t <= 20; t++) {
        assert_true(world_run(a.w, t * NS_PER_S));
        assert_true(world_run(b.w, t * NS_PER_S));
    }
    assert_same(result(&a), run((struct cloud_options){ .seed = 9 }));
    assert_same(result(&b), run((struct cloud_options){ .seed = 10 }));
}

static void a_run_ends_at_its_end(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(&s, BUSY, (struct cloud_options){ 0 });
    assert_true(world_run(s.w, 100 * NS_PER_S));
    assert_true(world_now(s.w) == 20 * NS_PER_S);
    uint64_t events = world_event_count(s.w);
    assert_true(world_run(s.w, 200 * NS_PER_S));
    assert_true(world_event_count(s.w) == events);
    scenario_close(&s);
}

/* Short runs open a hundred thousand worlds: what stays empty must cost nothing. 709 us fell to 6
 * when a world stopped clearing 58 KB for each histogram that it might need. */
static void a_small_world_is_cheap_to_open(void **state)
{
    (void)state;
    struct scenario s;
    cloud_open(
        &s, RUN("1s") SERVICE("shop", "", "'/': [" WORK("5ms") "]") OPEN("c", "shop /", "1/s", ""),
        (struct cloud_options){ .unchecked = true });
    assert_true(arena_bytes(s.w->arena) <= 128 << 10);
    scenario_close(&s);
}

/* ------------------------------------------------------------------------- windows */

static const struct series *series_of(const struct scenario *s, const char *section,
                                      const char *object, const char *metric)
{
    for (uint32_t i = 0; i < recorder_series_count(s->rec); i++) {
        const struct series *x = recorder_series_at(s->rec, i);
        if (strcmp(x->section, section) == 0 && strcmp(x->object, object) == 0 &&
            strcmp(x->metric, metric) == 0)
            return x;
    }
    fail_msg("no series %s %s %s", section, object, metric);
    return NULL;
}

static struct scenario windowed(const char *run_fields)
{
    struct text t = { 0 };
    text_format(&t,
                "{'kind': 'run', %s}" SERVICE("shop", "'workers': 1,", "'/': [" WORK("400ms") "]")
                    CALL("a", "shop /", "0", "") CALL("b", "shop /", "2100", ""),
                run_fields);
    struct scenario s = cloud_run(text_data(&t));
    text_close(&t);
    return s;
}

static void a_window_holds_what_happened_in_it(void **state)
{
    (void)state;
    struct scenario s = windowed("'duration': '4s', 'window': '1s'");
    const struct series *busy = series_of(&s, "services", "shop", "utilization");
    static const double expected[] = { 0.4, 0, 0.4, 0 };
    assert_int_equal(busy->count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(busy->points[i].at_ns == (i + 1) * NS_PER_S);
        assert_close(busy->points[i].value, expected[i], 1e-12);
    }
    const struct series *p50 = series_of(&s, "clients", "b", "latency_ms.p50");
    assert_int_equal(p50->count, 1); /* windows without answers have no quantiles */
    assert_true(p50->points[0].at_ns == 3 * NS_PER_S);
    assert_close(p50->points[0].value, 400, 2);
    scenario_close(&s);
}

/* A steady server is as busy in a window that the warm-up cuts short as in any other, and its callers hear
 * as much from it, also of calls that began in the warm-up and end after it. */
static void a_window_ends_where_the_warm_up_does(void **state)
{
    (void)state;
    static const struct {
        const char *run;
        int64_t at_ns[6];
    } cases[] = {
        { "'duration': '4s', 'window': '1s', 'warmup': '2s'",
          { NS_PER_S, 2 * NS_PER_S, 3 * NS_PER_S, 4 * NS_PER_S } },
        { "'duration': '4s', 'window': '1s', 'warmup': '2500ms'",
          { NS_PER_S, 2 * NS_PER_S, 2500 * NS_PER_MS, 3 * NS_PER_S, 4 * NS_PER_S } },
    };
    for (uint32_t i = 0; i < 2; i++) {
        struct text t = { 0 };
        text_format(&t,
                    "{'kind': 'run', %s}" SERVICE("shop", "'workers': 1, 'async': true,",
                                                  "'/': [" WORK("5ms") "," WAIT("300ms") "]")
                        ", {'kind': 'client', 'name': 'c', 'target': 'shop /', 'rate': "
                        "{'kind': 'constantRate', 'rate': '100/s'}}",
                    cases[i].run);
        struct scenario s = cloud_run(text_data(&t));
        const struct series *busy = series_of(&s, "services", "shop", "utilization");
        const struct series *served = series_of(&s, "services", "shop", "throughput_per_s");
        const struct series *heard = series_of(&s, "clients", "c", "throughput_per_s");
        assert_int_equal(busy->count, 4 + i);
        for (uint32_t k = 0; k < busy->count; k++) {
            assert_true(busy->points[k].at_ns == cases[i].at_ns[k]);
            assert_close(busy->points[k].value, 0.5, 0.006);
            assert_close(served->points[k].value, k ? 100 : 69, 2.1);
            assert_close(heard->points[k].value, k ? 100 : 69, 2.1);
        }
        text_close(&t);
        scenario_close(&s);
    }
}

static void about_three_hundred_windows_unless_said(void **state)
{
    (void)state;
    static const char *const runs[] = { "'duration': '7s'", "'duration': '10m'",
                                        "'duration': '24h'" };
    for (uint32_t i = 0; i < 3; i++) {
        struct scenario s = windowed(runs[i]);
        uint32_t count = series_of(&s, "services", "shop", "utilization")->count;
        assert_true(count >= 120 && count <= 300);
        scenario_close(&s);
    }
}

/* ------------------------------------------------------------------------- bad input */

static void a_run_that_cannot_be_is_refused(void **state)
{
    (void)state;
    cloud_refused("{'kind': 'run', 'duration': '1s', 'warmup': '1s'}", "warmup");
    cloud_refused("{'kind': 'run', 'duration': '0s'}", "duration");
    cloud_refused("{'kind': 'run', 'duration': '5000d'}", "duration");
    cloud_refused("{'kind': 'run', 'seed': -1}", "seed: must be a whole number");
    cloud_refused("{'kind': 'run', 'seed': 1.5}", "seed: must be a whole number");
    cloud_refused("{'kind': 'run', 'seed': '18446744073709551616'}", "seed: must be");
    cloud_refused("{'kind': 'run'}, {'kind': 'run'}", "run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_is_a_run),
        cmocka_unit_test(either_queue_gives_the_same_run),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(slices_of_any_length_add_up),
        cmocka_unit_test(worlds_do_not_see_each_other),
        cmocka_unit_test(a_run_ends_at_its_end),
        cmocka_unit_test(a_small_world_is_cheap_to_open),
        cmocka_unit_test(a_window_holds_what_happened_in_it),
        cmocka_unit_test(a_window_ends_where_the_warm_up_does),
        cmocka_unit_test(about_three_hundred_windows_unless_said),
        cmocka_unit_test(a_run_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
