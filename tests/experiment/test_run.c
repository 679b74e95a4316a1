/* test_run.c - a small scenario through worlds, threads and the store. */
#include "base/arena.h"
#include "base/text.h"
#include "experiment/run.h"
#include "orrery/time.h"
#include "schema/schema.h"
#include "store/result.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct diag *diag;
};

static int open_bench(void **state)
{
    struct arena *a = arena_open();
    struct bench *b = arena_alloc(a, sizeof *b);
    *b = (struct bench){ a, diag_open() };
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    diag_close(b->diag);
    arena_close(b->arena);
    return 0;
}

/* One service under load, one client, and whatever else a test expects. */
static const struct document *document(struct bench *b, const char *run, const char *more)
{
    struct text t = { 0 };
    text_format(&t,
                "{\"orrery\": 1, \"title\": \"t\", \"objects\": [{\"kind\": \"run\", %s},"
                "{\"kind\": \"service\", \"name\": \"shop\", \"workers\": 1, \"endpoints\":"
                " {\"GET\": [{\"kind\": \"cpu\", \"work\": {\"kind\": \"exponential\","
                " \"mean\": \"5ms\"}}]}},"
                "{\"kind\": \"client\", \"name\": \"shoppers\", \"target\": \"shop GET\","
                " \"rate\": \"100/s\"}%s]}",
                run, more);
    struct value *root = json_read_scenario(b->arena, text_data(&t), t.length, "t.json", b->diag);
    const struct document *doc =
        root ? document_load(b->arena, root, "t.json", "t", b->diag) : NULL;
    text_close(&t);
    if (!doc) diag_print(b->diag, stderr);
    assert_non_null(doc);
    return doc;
}

static struct store *memory(struct bench *b)
{
    char error[OUTPUT_ERROR_BYTES];
    enum output_status status;
    struct store *s = store_create(b->arena, NULL, false, &status, error);
    assert_non_null(s);
    return s;
}

static struct experiment_options options(const struct document *doc, uint32_t replications,
                                         uint32_t threads)
{
    return (struct experiment_options){
        .document = doc, .replications = replications, .threads = threads, .version = "test"
    };
}

static const struct result *run(struct bench *b, const struct experiment_options *o,
                                struct store *s)
{
    struct experiment_outcome out;
    enum experiment_status status = experiment_run(o, s, b->diag, &out);
    if (status != EXPERIMENT_DONE) {
        diag_print(b->diag, stderr);
        fail_msg("status %d: %s", (int)status, out.failure);
    }
    const struct result *r = result_read(b->arena, s, out.id);
    assert_non_null(r);
    return r;
}

#define MINUTE "\"duration\": \"1m\", \"warmup\": \"5s\", \"seed\": 3"

static void any_number_of_threads_leaves_the_same_store(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    struct store *alone = memory(b), *shared = memory(b);
    struct experiment_options one = options(doc, 6, 1), four = options(doc, 6, 4);
    const struct result *r = run(b, &one, alone);
    run(b, &four, shared);
    struct text differences = { 0 };
    if (store_compare(alone, shared, &differences)) fail_msg("%s", text_data(&differences));
    text_close(&differences);
    assert_int_equal(r->finished, 6);
    assert_int_equal(result_find(r, "clients", "shoppers", "sent")->n, 6);
}

static void replications_differ_and_seeds_differ(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    const uint64_t seeds[] = { 3, 4, UINT64_MAX };
    const char *digests[4];
    for (uint32_t i = 0; i < 3; i++) {
        struct experiment_options o = options(doc, 1, 1);
        o.seed = &seeds[i];
        digests[i] = run(b, &o, memory(b))->digest;
    }
    struct experiment_options o = options(doc, 1, 1);
    digests[3] = run(b, &o, memory(b))->digest; /* the scenario's own seed is 3 */
    assert_string_equal(digests[0], digests[3]);
    assert_string_not_equal(digests[0], digests[1]);
    assert_string_not_equal(digests[1], digests[2]);
    struct experiment_options two = options(doc, 2, 2);
    const struct result_figure *sent =
        result_find(run(b, &two, memory(b)), "clients", "shoppers", "sent");
    assert_true(sent->ci95_high > sent->mean);
}

static void either_queue_gives_the_same_digest(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    struct experiment_options o = options(doc, 1, 1);
    const char *radix = run(b, &o, memory(b))->digest;
    o.heap_queue = true;
    assert_string_equal(run(b, &o, memory(b))->digest, radix);
    o.check_every_event = true;
    assert_string_equal(run(b, &o, memory(b))->digest, radix);
}

static int64_t sample_count(struct store *s)
{
    struct cursor *c = cursor_open(s, "SELECT count(*) FROM sample", "");
    assert_true(cursor_next(c));
    int64_t count = cursor_integer(c, 0);
    cursor_close(c);
    return count;
}

/* Not even what an automatic warm-up needs series for. */
static void without_series_the_figures_are_the_same(void **state)
{
    struct bench *b = *state;
    const struct document *doc =
        document(b, "\"duration\": \"5m\", \"warmup\": \"auto\", \"seed\": 3", "");
    struct experiment_options o = options(doc, 2, 2);
    struct store *drawn = memory(b), *told = memory(b);
    const struct result *full = run(b, &o, drawn);
    o.figures_only = true;
    const struct result *r = run(b, &o, told);
    assert_true(sample_count(drawn) > 1000);
    assert_int_equal(sample_count(told), 0);
    assert_string_equal(r->digest, full->digest);
    assert_int_equal(r->warmup_ns, full->warmup_ns);
    assert_int_equal(r->figure_count, full->figure_count);
    for (uint32_t i = 0; i < r->figure_count; i++) {
        assert_string_equal(r->figures[i].metric, full->figures[i].metric);
        assert_true(r->figures[i].mean == full->figures[i].mean);
    }
}

static void until_ends_a_run_early(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    struct experiment_options o = options(doc, 1, 1);
    o.until_ns = 20 * NS_PER_S;
    const struct result *r = run(b, &o, memory(b));
    assert_int_equal(r->simulated_ns, 20 * NS_PER_S);
    assert_int_equal(r->duration_ns, 60 * NS_PER_S);
}

static void an_until_that_measures_nothing_is_refused(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    static const int64_t wrong[] = { 5 * NS_PER_S, 61 * NS_PER_S };
    for (uint32_t i = 0; i < 2; i++) {
        struct experiment_options o = options(doc, 1, 1);
        struct experiment_outcome out;
        o.until_ns = wrong[i];
        assert_int_equal(experiment_run(&o, memory(b), b->diag, &out), EXPERIMENT_REFUSED);
        assert_int_equal(diag_error_count(b->diag), i + 1);
    }
}

static void an_automatic_warm_up_says_what_it_chose(void **state)
{
    struct bench *b = *state;
    const struct document *doc =
        document(b, "\"duration\": \"5m\", \"warmup\": \"auto\", \"seed\": 3", "");
    struct experiment_options o = options(doc, 2, 2);
    const struct result *r = run(b, &o, memory(b));
    assert_int_equal(r->finding_count, 1);
    assert_non_null(strstr(r->findings[0], "MSER-5"));
    assert_true(r->warmup_ns < 150 * NS_PER_S);
    char said[100];
    snprintf(said, sizeof said, "warm-up: %.6gs", ns_to_s(r->warmup_ns));
    assert_memory_equal(r->findings[0], said, strlen(said));
}

static void expectations_are_judged_on_what_is_shown(void **state)
{
    struct bench *b = *state;
    const struct document *doc =
        document(b, MINUTE,
                 ",{\"kind\": \"expect.p99\", \"subject\": \"shoppers\", \"below\": \"1s\"}"
                 ",{\"kind\": \"expect.p99\", \"subject\": \"shop\", \"below\": \"1ms\"}"
                 ",{\"kind\": \"expect.mean\", \"subject\": \"shoppers\", \"near\": \"10ms\","
                 " \"within\": \"50%\"}"
                 ",{\"kind\": \"expect.availability\", \"subject\": \"shoppers\","
                 " \"atLeast\": \"99.9%\"}"
                 ",{\"kind\": \"expect.throughput\", \"subject\": \"shoppers\","
                 " \"above\": \"50/s\", \"below\": \"150/s\"}"
                 ",{\"kind\": \"expect.failed\", \"subject\": \"shoppers\", \"atMost\": 0}"
                 ",{\"kind\": \"expect.replicas\", \"subject\": \"shop\", \"atLeast\": 1,"
                 " \"atMost\": 1}");
    struct experiment_options o = options(doc, 3, 2);
    struct store *s = memory(b);
    struct experiment_outcome out;
    assert_int_equal(experiment_run(&o, s, b->diag, &out), EXPERIMENT_DONE);
    assert_false(out.expectations_hold);
    const struct result *r = result_read(b->arena, s, out.id);
    assert_int_equal(r->expectation_count, 7);
    for (uint32_t i = 0; i < 7; i++) {
        if (r->expectations[i].pass != (i != 1))
            fail_msg("%s: %s", r->expectations[i].name, r->expectations[i].observed_text);
        assert_true(r->expectations[i].observed);
        assert_int_equal(r->expectations[i].n, 3);
    }
    const struct result_figure *p99 = result_find(r, "clients", "shoppers", "latency_ms.p99");
    assert_true(r->expectations[0].value == p99->mean);
    assert_true(r->expectations[0].ci95_high == p99->ci95_high);
    assert_string_equal(r->expectations[1].target, "below 1ms");
    assert_string_equal(r->expectations[2].target, "10ms +- 50%");
    assert_string_equal(r->expectations[4].target, "above 50/s and below 150/s");
    assert_non_null(strchr(r->expectations[0].observed_text, '['));
}

static void senseless_expectations_are_refused(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *object, *says;
    } wrong[] = {
        { "{\"kind\": \"expect.p99\", \"subject\": \"shoppers\"}", "nothing is expected" },
        { "{\"kind\": \"expect.p99\", \"subject\": \"shup\", \"below\": \"1s\"}",
          "did you mean 'shop" },
        { "{\"kind\": \"expect.p99\", \"subject\": \"shop\", \"below\": \"1s\", \"above\": \"2s\"}",
          "exceeds the upper bound" },
        { "{\"kind\": \"expect.mean\", \"subject\": \"shop\", \"near\": \"1s\"}",
          "near and within go together" },
        { "{\"kind\": \"expect.failed\", \"subject\": \"shop\"}", "nothing is expected" },
        { "{\"kind\": \"expect.replicas\", \"subject\": \"shop\", \"atLeast\": 3, \"atMost\": 2}",
          "atLeast 3 exceeds atMost 2" },
        { "{\"kind\": \"expect.availability\", \"subject\": \"shop\", \"above\": \"101%\"}",
          "above" },
    };
    for (uint32_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct text t = { 0 };
        struct diag *d = diag_open();
        text_format(&t,
                    "{\"orrery\": 1, \"objects\": [{\"kind\": \"service\", \"name\": \"shop\","
                    " \"endpoints\": {\"GET\": []}}, %s]}",
                    wrong[i].object);
        struct value *root = json_read_scenario(b->arena, text_data(&t), t.length, "t.json", d);
        assert_non_null(root);
        assert_null(document_load(b->arena, root, "t.json", "t", d));
        char *said = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&said, &length);
        diag_print(d, out);
        fclose(out);
        if (!strstr(said, wrong[i].says)) fail_msg("%s does not say '%s'", said, wrong[i].says);
        free(said);
        diag_close(d);
        text_close(&t);
    }
}

static void an_interrupted_experiment_says_how_far_it_came(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    struct experiment_options o = options(doc, 50, 1);
    static atomic_bool stop;
    atomic_store(&stop, false);
    o.interrupt = &stop;
    o.wall_ns_max = 60 * NS_PER_MS;
    struct experiment_outcome out;
    struct store *s = memory(b);
    enum experiment_status status = experiment_run(&o, s, b->diag, &out);
    if (status == EXPERIMENT_DONE) skip(); /* a machine that is too fast to be stopped */
    assert_int_equal(status, EXPERIMENT_TIME_LIMIT);
    assert_true(out.finished < 50);
    if (!out.id) return;
    const struct result *r = result_read(b->arena, s, out.id);
    assert_int_equal(r->finished, out.finished);
    assert_int_equal(r->replications, 50);
    assert_non_null(strstr(r->findings[r->finding_count - 1], "interrupted: "));
}

struct listener {
    atomic_bool stop;
    uint32_t told;
    double share;
};

static void stop_at_once(void *state, const struct progress *p)
{
    struct listener *l = state;
    l->told++;
    l->share = p->share;
    atomic_store(&l->stop, true);
}

static void a_pilot_tells_its_progress_and_can_be_interrupted(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, "\"duration\": \"200h\", \"warmup\": \"auto\"", "");
    struct listener listener = { 0 };
    struct experiment_options o = options(doc, 2, 1);
    o.interrupt = &listener.stop;
    o.progress = stop_at_once;
    o.progress_state = &listener;
    struct experiment_outcome out;
    assert_int_equal(experiment_run(&o, memory(b), b->diag, &out), EXPERIMENT_INTERRUPTED);
    assert_true(listener.told > 0);
    assert_true(listener.share < 0.5);
    assert_int_equal(out.finished, 0);
    assert_int_equal(out.id, 0);
}

static bool refuse_to_call(void *state, uint32_t function, struct world *w,
                           const struct argument *arguments, uint32_t count,
                           struct argument *result)
{
    (void)state, (void)function, (void)w, (void)arguments, (void)count, (void)result;
    return false;
}

static struct hook_door no_door(void *state, uint64_t seed_key,
                                int64_t (*now)(const struct world *))
{
    (void)seed_key, (void)now;
    return (struct hook_door){ .state = state, .call = refuse_to_call };
}

static void a_door_that_cannot_be_opened_is_told(void **state)
{
    struct bench *b = *state;
    const struct document *doc = document(b, MINUTE, "");
    struct experiment_options o = options(doc, 1, 1);
    o.doors = (struct door_maker){ NULL, no_door };
    struct experiment_outcome out;
    assert_int_equal(experiment_run(&o, memory(b), b->diag, &out), EXPERIMENT_REFUSED);
    assert_non_null(strstr(out.failure, "cannot be loaded"));
    assert_int_equal(out.id, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        TEST(any_number_of_threads_leaves_the_same_store),
        TEST(replications_differ_and_seeds_differ),
        TEST(either_queue_gives_the_same_digest),
        TEST(without_series_the_figures_are_the_same),
        TEST(until_ends_a_run_early),
        TEST(an_until_that_measures_nothing_is_refused),
        TEST(an_automatic_warm_up_says_what_it_chose),
        TEST(expectations_are_judged_on_what_is_shown),
        TEST(senseless_expectations_are_refused),
        TEST(an_interrupted_experiment_says_how_far_it_came),
        TEST(a_pilot_tells_its_progress_and_can_be_interrupted),
        TEST(a_door_that_cannot_be_opened_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
