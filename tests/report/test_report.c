/* test_report.c - results as JSON, as tables and as pictures, from a store alone. */
#include "report/number.h"
#include "report/plot.h"
#include "report/report.h"
#include "report/share.h"
#include "bench.h"
#include "../support/temporary.h"

#include <cjson/cJSON.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct result *sample(struct bench *b, uint32_t replications)
{
    sample_fill(b->arena, b->store, replications);
    assert_null(store_failure(b->store));
    const struct result *r = result_read(b->arena, b->store, 1);
    assert_non_null(r);
    return r;
}

static cJSON *json_of(struct bench *b, const struct result *r)
{
    report_json(r, &b->out);
    cJSON *root = cJSON_Parse(text_data(&b->out));
    assert_non_null(root);
    return root;
}

/* "clients.shoppers.sent" */
static const cJSON *at(const cJSON *from, const char *path)
{
    char key[100];
    while (*path) {
        size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        from = cJSON_GetObjectItemCaseSensitive(from, key);
        if (!from) fail_msg("no %s", path);
        path += length + (path[length] == '.');
    }
    return from;
}

static void json_is_nested_by_section_object_and_dots(void **state)
{
    struct bench *b = *state;
    cJSON *j = json_of(b, sample(b, 1));
    assert_string_equal(at(j, "schema")->valuestring, "orrery.run");
    assert_int_equal(at(j, "version")->valueint, 1);
    assert_string_equal(at(j, "seed")->valuestring, "7");
    assert_string_equal(at(j, "digest")->valuestring, "0123456789abcdef");
    assert_true(at(j, "simulated_s")->valuedouble == 1800);
    assert_true(at(j, "warmup_s")->valuedouble == 120);
    assert_true(at(j, "events")->valuedouble == 4321000);
    assert_true(at(j, "clients.shoppers.sent")->valuedouble == 1234567);
    assert_true(at(j, "clients.shoppers.by_outcome.timeout")->valuedouble == 60);
    assert_true(at(j, "clients.shoppers.latency_ms.max")->valuedouble == 100);
    assert_true(at(j, "services.cart.replicas.mean")->valuedouble == 3.25);
    assert_true(at(j, "cost.total")->valuedouble == 1.25);
    assert_string_equal(at(j, "cost.currency")->valuestring, "USD");
    assert_true(at(j, "cost.by_pool.workers")->valuedouble == 1.2);
    assert_true(at(j, "provenance.wall_s")->valuedouble == 1.52);
    assert_string_equal(at(j, "provenance.version")->valuestring, "0.1.0");
    assert_null(cJSON_GetObjectItem(j, "stores")); /* absent, not empty */
    const cJSON *second = cJSON_GetArrayItem(at(j, "expectations"), 1);
    assert_true(cJSON_IsFalse(at(second, "pass")));
    assert_true(at(second, "observed")->valuedouble == 99.2);
    assert_int_equal(at(second, "line")->valueint, 22);
    const cJSON *event = cJSON_GetArrayItem(at(j, "timeline"), 1);
    assert_string_equal(at(event, "object")->valuestring, "cart-0");
    assert_true(at(event, "t_s")->valuedouble == 840);
    cJSON_Delete(j);
}

static void replicated_figures_carry_their_interval(void **state)
{
    struct bench *b = *state;
    cJSON *j = json_of(b, sample(b, 3));
    assert_int_equal(at(j, "replications")->valueint, 3);
    const cJSON *f = at(j, "clients.shoppers.throughput_per_s");
    /* 685.8333 x (1, 1.1, 1.2): t(0.975, 2) = 4.302653 x 68.58333 / sqrt(3) = 170.37 */
    assert_true(at(f, "mean")->valuedouble > 754.41 && at(f, "mean")->valuedouble < 754.42);
    double half = at(f, "ci95_high")->valuedouble - at(f, "mean")->valuedouble;
    assert_true(half > 170.36 && half < 170.38);
    assert_int_equal(at(f, "n")->valueint, 3);
    assert_int_equal(at(j, "cost.total.n")->valueint, 3);
    cJSON_Delete(j);
}

static void a_figure_that_is_also_an_object_keeps_both(void **state)
{
    struct bench *b = *state;
    struct experiment_row e = { .scenario = "x", .title = "x", .currency = "", .replications = 1 };
    store_experiment(b->store, &e);
    struct recorder *r = recorder_open(b->arena, NULL);
    recorder_value(r, "s", "o", "a", "1", 1);
    recorder_value(r, "s", "o", "a.b", "1", 2);
    recorder_value(r, "s", "o", "c.d", "1", 3);
    recorder_value(r, "s", "o", "c", "1", 0.1);
    struct run_row run = { .experiment = 1, .replication = 1 };
    store_run(b->store, &run, r);
    store_experiment_end(b->store, 1, 1, 0, 0);
    cJSON *j = json_of(b, result_read(b->arena, b->store, 1));
    assert_true(at(j, "s.o.a.value")->valuedouble == 1);
    assert_true(at(j, "s.o.a.b")->valuedouble == 2);
    assert_true(at(j, "s.o.c.value")->valuedouble == 0.1);
    assert_true(at(j, "s.o.c.d")->valuedouble == 3);
    cJSON_Delete(j);
}

static void hostile_names_stay_text(void **state)
{
    struct bench *b = *state;
    struct experiment_row e = {
        .scenario = "a\"b\\c\n.lua", .title = "\x01", .currency = "", .replications = 1
    };
    store_experiment(b->store, &e);
    struct recorder *r = recorder_open(b->arena, NULL);
    recorder_value(r, "clients", "q\"uote", "sent", "1", 1);
    recorder_sample(r, "clients", "EOD\nquit", "latency_ms.p50", "ms", 1, 1);
    recorder_sample(r, "clients", "`touch pwned`", "latency_ms.p50", "ms", 1, 1);
    struct run_row run = { .experiment = 1, .replication = 1, .simulated_ns = NS_PER_S };
    store_run(b->store, &run, r);
    store_experiment_end(b->store, 1, 1, 0, 0);
    cJSON *j = json_of(b, result_read(b->arena, b->store, 1));
    assert_string_equal(at(j, "scenario")->valuestring, "a\"b\\c\n.lua");
    assert_true(cJSON_IsObject(cJSON_GetObjectItem(at(j, "clients"), "q\"uote")));
    cJSON_Delete(j);
    if (!share_find(b->arena, "plots/latency.gp")) fail_msg("the plots are not found");
    char path[TEMPORARY_PATH_MAX];
    temporary_file(path, "plot", ".svg");
    struct plot_options o = { .name = "latency", .path = path, .experiment = 1, .force = true };
    enum plot_status status = plot_draw(b->store, &o, b->error);
    if (status != PLOT_OK && !strstr(b->error, "gnuplot-nox")) fail_msg("%s", b->error);
    unlink(path);
    assert_int_equal(access("pwned", F_OK), -1);
}

static void a_run_without_events_still_has_a_timeline(void **state)
{
    struct bench *b = *state;
    struct experiment_row e = { .scenario = "x", .title = "x", .currency = "", .replications = 1 };
    store_experiment(b->store, &e);
    struct recorder *r = recorder_open(b->arena, NULL);
    recorder_sample(r, "services", "cart", "replicas", "1", 1, 0);
    recorder_sample(r, "services", "cart", "replicas", "1", NS_PER_S, 0);
    struct run_row run = { .experiment = 1, .replication = 1, .simulated_ns = NS_PER_S };
    store_run(b->store, &run, r);
    store_experiment_end(b->store, 1, 1, 0, 0);
    char path[TEMPORARY_PATH_MAX];
    temporary_file(path, "plot", ".svg");
    struct plot_options o = { .name = "timeline", .path = path, .experiment = 1, .force = true };
    enum plot_status status = plot_draw(b->store, &o, b->error);
    if (status != PLOT_OK && !strstr(b->error, "gnuplot-nox")) fail_msg("%s", b->error);
    o.name = "latency";
    assert_int_equal(plot_draw(b->store, &o, b->error), PLOT_EMPTY);
    unlink(path);
}

static void the_table_puts_the_verdict_first(void **state)
{
    struct bench *b = *state;
    struct report_options o = { .file = "run.db" };
    report_table(sample(b, 1), &o, &b->out);
    const char *t = text_data(&b->out);
    const char *head = "shop.lua  seed 7  digest 0123456789abcdef  30m simulated in 1.52s  "
                       "4,321,000 events\n";
    assert_memory_equal(t, head, strlen(head));
    const char *failed = strstr(t, "FAIL  p99 shoppers           below 50ms   99.2ms"
                                   "     shop.lua:22\n");
    const char *clients = strstr(t, "\nclients ");
    assert_true(failed && clients && failed < clients);
    assert_non_null(strstr(t, "shoppers ended: timeout 60, refused 7\n"));
    assert_non_null(strstr(t, "\nqueues  depth_max\norders         12\n"));
    assert_non_null(strstr(t, "\ncost  1.250 USD  (workers 1.200, spot 0.05)\n"));
    assert_non_null(strstr(t, "  840.000s   pod.gone     cart-0  its node is gone\n"));
    assert_non_null(strstr(t, "\nnext: orrery plot timeline run.db\n"));
    assert_null(strstr(t, "\x1b"));
    assert_null(strstr(t, " \n")); /* no trailing blanks: goldens and diffs */
}

static void colour_is_only_there_when_asked_for(void **state)
{
    struct bench *b = *state;
    struct report_options o = { .color = true };
    report_table(sample(b, 1), &o, &b->out);
    assert_non_null(strstr(text_data(&b->out), "\x1b[32mpass\x1b[0m"));
    assert_non_null(strstr(text_data(&b->out), "\x1b[1;31mFAIL\x1b[0m"));
}

static void replicated_tables_show_intervals(void **state)
{
    struct bench *b = *state;
    struct report_options o = { 0 };
    report_table(sample(b, 3), &o, &b->out);
    assert_non_null(strstr(text_data(&b->out), "754.4 ±170"));
    assert_non_null(strstr(text_data(&b->out), "3 x 30m simulated"));
    assert_non_null(strstr(text_data(&b->out), "events of the first replication\n"));
}

static void markdown_has_the_same_rows(void **state)
{
    struct bench *b = *state;
    report_markdown(sample(b, 1), &b->out);
    assert_non_null(
        strstr(text_data(&b->out), "| **FAIL** | p99 shoppers | below 50ms | 99.2ms |"));
    assert_non_null(strstr(text_data(&b->out), "| cart | 1,234,560 | 0 | 62.00% | 0.02 |"));
}

static void numbers_are_for_eyes(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = { { 0, "0" },
                 { 3, "3" },
                 { 1234567, "1,234,567" },
                 { -1234.5, "-1,234" },
                 { 999.96, "1,000.0" },
                 { 12.345, "12.35" },
                 { 0.5, "0.500" },
                 { 0.0123456, "0.01235" },
                 { 1e20, "1e+20" } };
    char buf[NUMBER_BYTES];
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(number_print(rows[i].value, buf), rows[i].text);
    assert_string_equal(number_print_share(1, buf), "100%");
    assert_string_equal(number_print_share(0.9999993, buf), "99.99993%");
    assert_string_equal(number_print_share(0.5, buf), "50.00%");
    assert_string_equal(number_print_share(0.000012, buf), "0.001%");
    assert_string_equal(number_print_share(1.09471672, buf), "109.47%");
    assert_string_equal(number_print_seconds(0.0123, buf), "12.3ms");
    assert_string_equal(number_print_seconds(59.9, buf), "59.9s");
    assert_string_equal(number_print_seconds(1800, buf), "30m");
    assert_string_equal(number_print_seconds(8100, buf), "2h15m");
    assert_string_equal(number_print_seconds(7199.9, buf), "2h");
    assert_string_equal(number_print_seconds(3.5 * 86400, buf), "3d12h");
}

static void every_plot_that_ships_draws_the_sample(void **state)
{
    struct bench *b = *state;
    sample(b, 2);
    const char *names[PLOT_NAMES_MAX], *docs[PLOT_NAMES_MAX];
    uint32_t count = plot_names(b->arena, names, docs);
    assert_true(count >= 4);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(*docs[i]);
        char path[TEMPORARY_PATH_MAX];
        temporary_file(path, "plot", ".svg");
        struct plot_options o = { .name = names[i], .path = path, .experiment = 1 };
        assert_int_equal(plot_draw(b->store, &o, b->error), PLOT_USAGE); /* it exists */
        o.force = true;
        enum plot_status status = plot_draw(b->store, &o, b->error);
        if (status == PLOT_FAILED && strstr(b->error, "gnuplot-nox")) {
            unlink(path);
            skip();
        }
        if (status != PLOT_OK) fail_msg("%s: %s", names[i], b->error);
        FILE *f = fopen(path, "r");
        char bytes[400] = "";
        assert_true(fread(bytes, 1, sizeof bytes - 1, f) > 0);
        fclose(f);
        unlink(path);
        assert_non_null(strstr(bytes, "<svg"));
    }
}

static void a_plot_draws_the_highest_lines_and_counts_the_rest(void **state)
{
    struct bench *b = *state;
    struct experiment_row e = { .scenario = "x", .title = "x", .currency = "", .replications = 1 };
    store_experiment(b->store, &e);
    struct recorder *r = recorder_open(b->arena, NULL);
    for (int i = 0; i < 30; i++)
        for (int64_t t = 1; t <= 2; t++)
            recorder_sample(r, "services", arena_format(b->arena, "s%02d", i), "queue", "1",
                            t * NS_PER_S, i == 3 ? 100 : i);
    struct run_row run = { .experiment = 1, .replication = 1, .simulated_ns = 2 * NS_PER_S };
    store_run(b->store, &run, r);
    store_experiment_end(b->store, 1, 1, 0, 0);
    enum plot_status status = plot_svg(b->store, "queue", 1, &b->out, b->error);
    if (status == PLOT_FAILED && strstr(b->error, "gnuplot-nox")) skip();
    if (status != PLOT_OK) fail_msg("%s", b->error);
    const char *svg = text_data(&b->out);
    assert_non_null(strstr(svg, ">s03<"));
    assert_non_null(strstr(svg, ">s17<"));
    assert_null(strstr(svg, ">s16<")); /* 3 and 17 to 29 are fourteen */
    assert_non_null(strstr(svg, ">and 16 lower<"));
}

static void plots_that_cannot_be_are_refused_with_a_reason(void **state)
{
    struct bench *b = *state;
    sample(b, 1);
    struct plot_options o = { .name = "latncy", .path = "never.svg", .experiment = 1 };
    assert_int_equal(plot_draw(b->store, &o, b->error), PLOT_USAGE);
    assert_non_null(strstr(b->error, "did you mean 'latency'?"));
    o.name = "../plots/latency";
    assert_int_equal(plot_draw(b->store, &o, b->error), PLOT_USAGE);
    o.name = "latency";
    o.path = "never.gif";
    assert_int_equal(plot_draw(b->store, &o, b->error), PLOT_USAGE);
    assert_non_null(strstr(b->error, ".svg or .png"));
    o.path = "never.svg";
    o.experiment = 2;
    assert_int_equal(plot_draw(b->store, &o, b->error), PLOT_EMPTY);
    assert_int_equal(access("never.svg", F_OK), -1);
    assert_int_equal(access("never.svg.part", F_OK), -1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        TEST(json_is_nested_by_section_object_and_dots),
        TEST(replicated_figures_carry_their_interval),
        TEST(a_figure_that_is_also_an_object_keeps_both),
        TEST(hostile_names_stay_text),
        TEST(a_run_without_events_still_has_a_timeline),
        TEST(the_table_puts_the_verdict_first),
        TEST(colour_is_only_there_when_asked_for),
        TEST(replicated_tables_show_intervals),
        TEST(markdown_has_the_same_rows),
        TEST(numbers_are_for_eyes),
        TEST(every_plot_that_ships_draws_the_sample),
        TEST(a_plot_draws_the_highest_lines_and_counts_the_rest),
        TEST(plots_that_cannot_be_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
