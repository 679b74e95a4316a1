/* test_embed_wrong.c - what is wrong comes back as values, with its place. */
#include "embed.h"

#include <stdlib.h>

static void every_problem_of_a_scenario_is_told(void **state)
{
    (void)state;
    const char *settings[] = { "shop.replcas=3", NULL };
    struct orrery_scenario *s =
        open_named("shop.lua",
                   "run { duration = '1m' }\nservice 'shop' {\n  wrokers = 1,\n"
                   "  endpoints = { GET = { cpu '5 parsecs' } } }\nclient 'u' { target = 'shp "
                   "GET', rate = '1/s' }",
                   settings);
    const struct orrery_problems *p = orrery_scenario_problems(s);
    assert_false(orrery_scenario_ok(s));
    assert_int_equal(orrery_error_count(p), orrery_problem_count(p));
    assert_int_equal(orrery_problem_count(p), 4);
    assert_null(orrery_problem_at(p, 4));
    const struct orrery_problem *setting = orrery_problem_at(p, 0);
    assert_string_equal(setting->file, "--set");
    const struct orrery_problem *field = orrery_problem_at(p, 1);
    assert_int_equal(field->severity, ORRERY_ERROR);
    assert_string_equal(field->file, "shop.lua");
    assert_int_equal(field->line, 3);
    assert_string_equal(field->path, "service.shop.wrokers");
    assert_string_equal(field->message, "unknown field");
    assert_string_equal(field->hint, "did you mean 'workers'?");
    assert_string_equal(field->text, "shop.lua:3: error: service.shop.wrokers: unknown field "
                                     "(did you mean 'workers'?)");
    struct orrery_result *r = orrery_run(s, NULL);
    assert_int_equal(orrery_result_status(r), ORRERY_REFUSED);
    assert_string_equal(orrery_result_failure(r), setting->text);
    orrery_result_close(r);
    orrery_scenario_close(s);
}

static void assert_refused(struct orrery_scenario *s, const char *wanted)
{
    assert_false(orrery_scenario_ok(s));
    const struct orrery_problem *p = orrery_problem_at(orrery_scenario_problems(s), 0);
    assert_non_null(p);
    if (!strstr(p->text, wanted)) fail_msg("\"%s\" is not in \"%s\"", wanted, p->text);
    struct orrery_result *r = orrery_run(s, NULL);
    assert_int_equal(orrery_result_status(r), ORRERY_REFUSED);
    assert_string_not_equal(orrery_result_failure(r), "");
    assert_int_equal(orrery_figure_count(r), 0);
    orrery_result_close(r);
    orrery_scenario_close(s);
}

static void what_is_no_scenario_is_refused(void **state)
{
    (void)state;
    char *large = malloc(20 << 20);
    assert_non_null(large);
    memset(large, ' ', 20 << 20);
    assert_refused(orrery_scenario_open(NULL, NULL), "there is no scenario");
    assert_refused(orrery_scenario_open("", NULL), "end in .lua or .json");
    assert_refused(orrery_scenario_open("/", NULL), "end in .lua or .json");
    assert_refused(orrery_scenario_open("nowhere.lua", NULL), "nowhere.lua: error:");
    assert_refused(orrery_scenario_open("nowhere.json", NULL), "cannot be read: No such file");
    assert_refused(orrery_scenario_open_text(NULL, "run {}", 6, NULL), "there is no scenario");
    assert_refused(orrery_scenario_open_text("a.txt", "run {}", 6, NULL), "end in .lua or .json");
    assert_refused(orrery_scenario_open_text("a.lua", NULL, 7, NULL), "says nothing");
    assert_refused(orrery_scenario_open_text("a.lua", "", 0, NULL), "says nothing");
    assert_refused(orrery_scenario_open_text("a.lua", "run\0{}", 6, NULL), "NUL byte");
    assert_refused(orrery_scenario_open_text("a.lua", "run \xff", 5, NULL), "not valid UTF-8");
    assert_refused(orrery_scenario_open_text("a.lua", "\x1bLua", 4, NULL), "bytecode");
    assert_refused(orrery_scenario_open_text("a.lua", "run {", 5, NULL), "a.lua:1: error:");
    assert_refused(orrery_scenario_open_text("a.lua", "while true do end", 17, NULL),
                   "endless loop");
    assert_refused(orrery_scenario_open_text("a.lua", large, 2 << 20, NULL),
                   "larger than 1024 KiB");
    assert_refused(orrery_scenario_open_text("a.json", NULL, 0, NULL), "a.json");
    assert_refused(orrery_scenario_open_text("a.json", "[]", 2, NULL), "must be an object");
    assert_refused(orrery_scenario_open_text("a.json", "{\"a\": 1, \"a\": 2}", 16, NULL),
                   "a.json:1");
    assert_refused(orrery_scenario_open_text("a.json", large, 20 << 20, NULL), "is longer than");
    free(large);
    struct orrery_result *r = orrery_run(NULL, NULL);
    assert_int_equal(orrery_result_status(r), ORRERY_REFUSED);
    assert_string_equal(orrery_result_failure(r), "there is no scenario");
    orrery_result_close(r);
    orrery_scenario_close(NULL);
    orrery_result_close(NULL);
}

static void a_setting_that_fits_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = { { "", "--set" },
                                            { "shop", "--set" },
                                            { "shop.workers=", "workers" },
                                            { "shop.workers=many", "workers" },
                                            { "shp.workers=1", "did you mean" },
                                            { "shop.endpoints[\"GET\"][9]=1", "--set" } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *settings[] = { "run.seed=1", wrong[i][0], NULL };
        assert_refused(open_named("shop.lua", SHOP(MINUTE, ""), settings), wrong[i][1]);
    }
}

static void what_only_a_world_knows_is_told_on_opening(void **state)
{
    (void)state;
    assert_refused(
        open_named(
            "shop.lua",
            SHOP(MINUTE,
                 "nodepool 'few' { count = 1, cpu = '1', memory = '1Gi' }\n"
                 "service 'large' { resources = { requests = { cpu = '9', memory = '1Mi' } },"
                 " endpoints = { GET = { cpu '1ms' } } }"),
            NULL),
        "large");
}

static void a_callback_that_fails_ends_the_run(void **state)
{
    (void)state;
    struct orrery_scenario *s =
        open_good(SHOP(MINUTE, "at('30s', function(w) error('no more') end)"), NULL);
    struct orrery_result *r =
        orrery_run(s, &(struct orrery_options){ .replications = 2, .threads = 2 });
    assert_int_equal(orrery_result_status(r), ORRERY_FAILED);
    assert_non_null(strstr(orrery_result_failure(r), "shop.lua:5: no more"));
    assert_string_equal(digest(r), "");
    orrery_result_close(r);
    orrery_scenario_close(s);
}

static void senseless_options_are_refused(void **state)
{
    (void)state;
    struct orrery_scenario *s = open_good(SHOP(MINUTE, ""), NULL);
    struct orrery_options o = { .replications = UINT32_MAX, .threads = 100000, .out = "/" };
    struct orrery_result *r = orrery_run(s, &o);
    assert_int_equal(orrery_result_status(r), ORRERY_REFUSED);
    const struct orrery_problems *p = orrery_result_problems(r);
    assert_int_equal(orrery_problem_count(p), 3);
    assert_string_equal(orrery_problem_at(p, 0)->path, "options.replications");
    assert_string_equal(orrery_problem_at(p, 1)->path, "options.threads");
    assert_string_equal(orrery_problem_at(p, 2)->hint, "set options.overwrite to replace it");
    assert_string_equal(orrery_result_failure(r), orrery_problem_at(p, 0)->text);
    orrery_result_close(r);
    orrery_scenario_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_of_a_scenario_is_told),
        cmocka_unit_test(what_is_no_scenario_is_refused),
        cmocka_unit_test(a_setting_that_fits_nothing_is_refused),
        cmocka_unit_test(what_only_a_world_knows_is_told_on_opening),
        cmocka_unit_test(a_callback_that_fails_ends_the_run),
        cmocka_unit_test(senseless_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
