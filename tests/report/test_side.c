/* test_side.c - two results side by side: sums, minutes, pairs, and what cannot be compared. */
#include "report/side.h"
#include "sample.h"
#include "store/result.h"

#include <cjson/cJSON.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct side sides[2];
    struct text out;
    char error[SIDE_ERROR_BYTES];
};

static int open_bench(void **state)
{
    struct arena *a = arena_open();
    struct bench *b = arena_alloc(a, sizeof *b);
    char error[OUTPUT_ERROR_BYTES];
    enum output_status status;
    b->arena = a;
    b->sides[0] = (struct side){ store_create(a, NULL, false, &status, error), "before" };
    b->sides[1] = (struct side){ store_create(a, NULL, false, &status, error), "after" };
    *state = b;
    return b->sides[0].store && b->sides[1].store ? 0 : -1;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    text_close(&b->out);
    arena_close(b->arena);
    return 0;
}

/* An experiment with a replication for each slowness. */
static void fill(struct bench *b, uint32_t side, const char *title, int64_t warmup_ns,
                 const double *slow, uint32_t count)
{
    struct store *s = b->sides[side].store;
    struct experiment_row e = { .scenario = "shop.lua",
                                .title = title,
                                .currency = "USD",
                                .seed = 7,
                                .replications = count,
                                .duration_ns = 30 * NS_PER_MIN };
    uint32_t id = store_experiment(s, &e);
    for (uint32_t i = 0; i < count; i++) {
        struct run_row run = { .experiment = id,
                               .replication = i + 1,
                               .digest = i + 1,
                               .events = 10,
                               .simulated_ns = 30 * NS_PER_MIN };
        store_run(s, &run, sample_rows(b->arena, slow[i]));
    }
    store_experiment_end(s, id, count, 1, warmup_ns);
    assert_null(store_failure(s));
}

static void fill_both(struct bench *b, int64_t warmup_ns)
{
    static const double before[] = { 1, 1.5 }, after[] = { 1.1, 1.6 };
    fill(b, 0, "before: an outage", warmup_ns, before, 2);
    fill(b, 1, "after: an outage", warmup_ns, after, 2);
}

/* The figure of that name in the first comparison. */
static const cJSON *figure(const cJSON *root, const char *name)
{
    const cJSON *item, *first = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "comparisons"), 0);
    cJSON_ArrayForEach(
        item, cJSON_GetObjectItem(
                  first, "figures")) if (strcmp(cJSON_GetObjectItem(item, "metric")->valuestring,
                                                name) == 0) return item;
    fail_msg("no figure '%s'", name);
    return NULL;
}

static double number(const cJSON *item, const char *key)
{
    return cJSON_GetObjectItem(item, key)->valuedouble;
}

static cJSON *json_of(struct bench *b, const char *const *metrics, uint32_t count)
{
    struct side_options o = { metrics, count, true };
    if (!side_by_side(b->sides, &o, &b->out, b->error)) fail_msg("%s", b->error);
    cJSON *root = cJSON_Parse(text_data(&b->out));
    assert_non_null(root);
    assert_string_equal(cJSON_GetObjectItem(root, "schema")->valuestring, "orrery.compare");
    return root;
}

static void a_star_adds_up_what_it_matches(void **state)
{
    struct bench *b = *state;
    static const char *const metrics[] = { "lost=clients.*.failed", "clients.v*.failed",
                                           "cost.total", "cost.by_pool.*" };
    fill_both(b, 0);
    cJSON *root = json_of(b, metrics, 4);
    assert_true(number(figure(root, "lost"), "a") == 134);
    assert_true(number(figure(root, "clients.v*.failed"), "a") == 67);
    assert_true(number(figure(root, "cost.total"), "b") == 1.25);
    assert_true(number(figure(root, "cost.by_pool.*"), "b") == 1.25);
    assert_string_equal(cJSON_GetObjectItem(figure(root, "cost.total"), "unit")->valuestring,
                        "USD");
    cJSON_Delete(root);
}

static void minutes_count_a_window_once_for_all_who_suffer(void **state)
{
    struct bench *b = *state;
    static const char *const metrics[] = { "minutes(clients.*.failed_per_s)" };
    fill_both(b, 0);
    cJSON *root = json_of(b, metrics, 1);
    assert_true(number(figure(root, metrics[0]), "a") == 5);
    assert_string_equal(cJSON_GetObjectItem(figure(root, metrics[0]), "unit")->valuestring, "min");
    cJSON_Delete(root);
}

static void minutes_leave_out_the_warm_up(void **state)
{
    struct bench *b = *state;
    static const char *const metrics[] = { "minutes(clients.shoppers.failed_per_s)" };
    fill_both(b, 17 * NS_PER_MIN);
    cJSON *root = json_of(b, metrics, 1);
    assert_true(number(figure(root, metrics[0]), "a") == 2);
    cJSON_Delete(root);
}

/* Each replication is 0.1 slower than its twin, however different the replications are. */
static void differences_are_taken_in_pairs(void **state)
{
    struct bench *b = *state;
    fill_both(b, 0);
    cJSON *root = json_of(b, NULL, 0);
    const cJSON *f = figure(root, "clients.shoppers.throughput_per_s");
    assert_float_equal(number(f, "difference"), 68.58333, 1e-4);
    assert_float_equal(number(f, "ci95_low"), 68.58333, 1e-4);
    assert_float_equal(number(f, "ci95_high"), 68.58333, 1e-4);
    assert_true(number(f, "n") == 2);
    cJSON_Delete(root);
}

static void refused(struct bench *b, const char *const *metrics, uint32_t count, const char *why)
{
    struct side_options o = { metrics, count, false };
    assert_false(side_by_side(b->sides, &o, &b->out, b->error));
    if (!strstr(b->error, why)) fail_msg("wanted: %s; got: %s", why, b->error);
}

/* An experiment of two replications; a client has a latency only where it is not 0. */
static void fill_rare(struct bench *b, uint32_t side, const double latency[2], double timeouts)
{
    struct store *s = b->sides[side].store;
    struct experiment_row e = { .scenario = "s.lua",
                                .title = "s",
                                .currency = "USD",
                                .replications = 2,
                                .duration_ns = NS_PER_MIN };
    uint32_t id = store_experiment(s, &e);
    for (uint32_t i = 0; i < 2; i++) {
        struct run_row run = { .experiment = id, .replication = i + 1, .simulated_ns = NS_PER_MIN };
        struct recorder *r = recorder_open(b->arena, NULL);
        recorder_value(r, "clients", "rare", "sent", "1", latency[i] > 0);
        if (latency[i] > 0)
            recorder_value(r, "clients", "rare", "latency_ms.p99", "ms", latency[i]);
        if (timeouts > 0) recorder_value(r, "clients", "rare", "by_outcome.timeout", "1", timeouts);
        store_run(s, &run, r);
    }
    store_experiment_end(s, id, 2, 1, 0);
    assert_null(store_failure(s));
}

static void what_was_not_measured_is_not_nought(void **state)
{
    struct bench *b = *state;
    fill_rare(b, 0, (const double[]){ 10, 0 }, 0);
    fill_rare(b, 1, (const double[]){ 12, 20 }, 0);
    cJSON *root = json_of(b, NULL, 0);
    const cJSON *p99 = figure(root, "clients.rare.latency_ms.p99");
    assert_true(number(p99, "a") == 10);
    assert_true(number(p99, "b") == 16);
    assert_true(number(p99, "difference") == 2); /* of the one replication that has both */
    assert_true(number(p99, "n") == 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(p99, "ci95_low")));
    cJSON_Delete(root);
}

/* Two replications, each with so many wasted answers. */
static void fill_wasted(struct bench *b, uint32_t side, uint64_t first, uint64_t second)
{
    struct store *s = b->sides[side].store;
    struct experiment_row e = { .scenario = "x", .title = "x", .currency = "", .replications = 2 };
    uint32_t id = store_experiment(s, &e);
    for (uint32_t i = 0; i < 2; i++) {
        struct recorder *r = recorder_open(b->arena, NULL);
        recorder_count(r, "services", "shop", "wasted", i ? second : first);
        struct run_row run = { .experiment = id, .replication = i + 1, .simulated_ns = NS_PER_S };
        store_run(s, &run, r);
    }
    store_experiment_end(s, id, 2, 1, 0);
}

static void a_count_that_is_absent_is_0(void **state)
{
    struct bench *b = *state;
    fill_wasted(b, 0, 0, 0);
    fill_wasted(b, 1, 6, 0);
    cJSON *root = json_of(b, NULL, 0);
    const cJSON *wasted = figure(root, "services.shop.wasted");
    assert_true(number(wasted, "a") == 0);
    assert_true(number(wasted, "b") == 3);
    assert_true(number(wasted, "difference") == 3);
    assert_true(number(wasted, "n") == 2);
    cJSON_Delete(root);
    const struct result_figure *f =
        result_find(result_read(b->arena, b->sides[1].store, 1), "services", "shop", "wasted");
    assert_true(f->mean == 3 && f->n == 2);
}

static void no_replication_in_common_is_no_difference(void **state)
{
    struct bench *b = *state;
    static const char *const metrics[] = { "clients.*.latency_ms.p99", "clients.*.latency_ms.max" };
    struct side_options o = { metrics, 1, false };
    fill_rare(b, 0, (const double[]){ 10, 0 }, 0);
    fill_rare(b, 1, (const double[]){ 0, 10 }, 0);
    cJSON *root = json_of(b, NULL, 0);
    const cJSON *p99 = figure(root, "clients.rare.latency_ms.p99");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(p99, "difference")));
    assert_true(number(p99, "n") == 0);
    cJSON_Delete(root);
    b->out.length = 0;
    struct side_options all = { 0 };
    assert_true(side_by_side(b->sides, &all, &b->out, b->error));
    assert_non_null(strstr(text_data(&b->out), "clients.rare.latency_ms.p99"));
    assert_true(side_by_side(b->sides, &o, &b->out, b->error));
    refused(b, metrics, 2, "latency_ms.max");
}

static void a_table_shows_no_figure_where_there_is_none(void **state)
{
    struct bench *b = *state;
    static const char *const metrics[] = { "p99=clients.rare.latency_ms.p99",
                                           "late=clients.rare.by_outcome.timeout" };
    struct side_options o = { metrics, 2, false };
    fill_rare(b, 0, (const double[]){ 0, 0 }, 0);
    fill_rare(b, 1, (const double[]){ 10, 10 }, 3);
    assert_true(side_by_side(b->sides, &o, &b->out, b->error));
    assert_string_equal(text_data(&b->out), "           p99  late\n"
                                            "s  before    -     0\n"
                                            "   after    10     3\n");
}

static void a_table_has_a_line_a_result(void **state)
{
    struct bench *b = *state;
    static const char *const metrics[] = { "lost=clients.*.failed" };
    struct side_options o = { metrics, 1, false };
    fill_both(b, 0);
    assert_true(side_by_side(b->sides, &o, &b->out, b->error));
    assert_string_equal(text_data(&b->out), "                   lost\n"
                                            "an outage  before   134\n"
                                            "           after    134\n");
}

static void equal_results_have_no_line(void **state)
{
    struct bench *b = *state;
    static const double slow[] = { 1 };
    struct side_options o = { 0 };
    fill(b, 0, "one", 0, slow, 1);
    fill(b, 1, "two", 0, slow, 1);
    assert_true(side_by_side(b->sides, &o, &b->out, b->error));
    assert_non_null(strstr(text_data(&b->out), "one | two\n"));
    assert_non_null(strstr(text_data(&b->out), " figures are alike\n"));
    assert_null(strstr(text_data(&b->out), "difference"));
}

static void a_name_that_is_nowhere_is_refused(void **state)
{
    struct bench *b = *state;
    static const char *const figures[] = { "clients.*.fialed" }, *const dots[] = { "clients.*" },
                             *const series[] = { "minutes(clients.*.failed)" },
                             *const many[SIDE_METRICS_MAX + 1] = { "cost.total" };
    fill_both(b, 0);
    refused(b, figures, 1, "no figure has the name 'clients.*.fialed'");
    refused(b, dots, 1, "no figure has the name 'clients.*'"); /* a star ends at a dot */
    refused(b, series, 1, "no series has the name 'clients.*.failed'");
    refused(b, many, SIDE_METRICS_MAX + 1, "12 metrics, of at most 11");
}

static void results_of_other_numbers_are_refused(void **state)
{
    struct bench *b = *state;
    static const double slow[] = { 1 };
    refused(b, NULL, 0, "before holds 0 scenarios and after holds 0");
    fill(b, 0, "one", 0, slow, 1);
    refused(b, NULL, 0, "before holds 1 scenarios and after holds 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_star_adds_up_what_it_matches, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(minutes_count_a_window_once_for_all_who_suffer, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(minutes_leave_out_the_warm_up, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(differences_are_taken_in_pairs, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(what_was_not_measured_is_not_nought, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(a_count_that_is_absent_is_0, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(no_replication_in_common_is_no_difference, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(a_table_shows_no_figure_where_there_is_none, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(a_table_has_a_line_a_result, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(equal_results_have_no_line, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_name_that_is_nowhere_is_refused, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(results_of_other_numbers_are_refused, open_bench,
                                        close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
