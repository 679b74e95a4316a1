/* test_diag.c - problems come out sorted, whole, one a line. */
#include "orrery/diag.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *output(const struct diag *d, void (*print)(const struct diag *, FILE *))
{
    char *data = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&data, &size);
    print(d, f);
    fclose(f);
    return data;
}

static void expect_output(const struct diag *d, void (*print)(const struct diag *, FILE *),
                          const char *wanted)
{
    char *data = output(d, print);
    assert_string_equal(data, wanted);
    free(data);
}

static void problems_are_sorted_by_file_line_and_discovery(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    diag_error(d, (struct place){ "b.lua", 2 }, "x", NULL, "third");
    diag_warning(d, (struct place){ "a.lua", 9 }, "y.z", "try %d", "second %d", 7);
    diag_error(d, (struct place){ "b.lua", 2 }, NULL, NULL, "fourth");
    diag_error(d, (struct place){ NULL, 0 }, NULL, "do that", "first");
    diag_error(d, (struct place){ "b.lua", 0 }, NULL, NULL, "no line");
    assert_int_equal(diag_error_count(d), 4);
    assert_int_equal(diag_warning_count(d), 1);
    expect_output(d, diag_print,
                  "error: first (do that)\n"
                  "a.lua:9: warning: y.z: second 7 (try %d)\n"
                  "b.lua: error: no line\n"
                  "b.lua:2: error: x: third\n"
                  "b.lua:2: error: fourth\n");
    diag_close(d);
}

static void add_message(void *messages, const struct problem *p)
{
    text_add(messages, p->message);
    text_format(messages, " %d %s:%u %s %s;", (int)p->severity, p->at.file ? p->at.file : "-",
                p->at.line, p->path ? p->path : "-", p->hint ? p->hint : "-");
}

static void a_caller_can_have_them_one_by_one(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    struct text messages = { 0 };
    diag_warning(d, (struct place){ "b.lua", 3 }, "x.y", "do", "late");
    diag_error(d, (struct place){ NULL, 0 }, NULL, NULL, "early");
    diag_each(d, add_message, &messages);
    assert_string_equal(text_data(&messages), "early 0 -:0 - -;late 1 b.lua:3 x.y do;");
    text_close(&messages);
    diag_close(d);
}

static void what_a_user_wrote_cannot_break_the_line(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    diag_error(d, (struct place){ "a", 1 }, "p\nq", "h\ti", "m\r\n%s", "\x1b[31m");
    expect_output(d, diag_print, "a:1: error: p q: m   [31m (h i)\n");
    diag_close(d);
}

static void past_the_limit_problems_are_counted_and_the_count_is_said(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    for (int i = 0; i < DIAG_ENTRIES_MAX + 7; i++)
        diag_error(d, (struct place){ "a", 1 }, NULL, NULL, "e");
    assert_int_equal(diag_error_count(d), DIAG_ENTRIES_MAX + 7);
    char *data = output(d, diag_print);
    assert_non_null(strstr(data, "\n... and 7 more problems\n"));
    free(data);
    diag_close(d);
}

static void a_flood_of_warnings_does_not_hide_an_error(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    for (int i = 0; i < DIAG_ENTRIES_MAX + 1; i++)
        diag_warning(d, (struct place){ "a", 1 }, NULL, NULL, "w");
    diag_error(d, (struct place){ "a", 2 }, NULL, NULL, "the reason");
    char *data = output(d, diag_print);
    assert_non_null(strstr(data, "a:2: error: the reason\n"));
    assert_non_null(strstr(data, "... and 2 more problems\n"));
    free(data);
    diag_close(d);
}

static void json_has_the_same_with_nulls_for_what_is_absent(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    expect_output(d, diag_print_json, "[]\n");
    diag_error(d, (struct place){ "a\"b", 3 }, "p", NULL, "m");
    diag_warning(d, (struct place){ NULL, 0 }, NULL, "h", "n");
    expect_output(d, diag_print_json,
                  "[\n {\"severity\": \"warning\", \"file\": null, \"line\": 0, \"path\": null, "
                  "\"message\": \"n\", \"hint\": \"h\"},\n {\"severity\": \"error\", "
                  "\"file\": \"a\\\"b\", \"line\": 3, \"path\": \"p\", \"message\": \"m\", "
                  "\"hint\": null}\n]\n");
    diag_close(d);
}

static void what_is_told_outlives_its_texts(void **state)
{
    (void)state;
    struct diag *d = diag_open();
    char file[] = "file", path[] = "path", hint[] = "hint";
    diag_error(d, (struct place){ file, 1 }, path, hint, "m");
    memset(file, 'x', 4), memset(path, 'x', 4), memset(hint, 'x', 4);
    expect_output(d, diag_print, "file:1: error: path: m (hint)\n");
    diag_close(d);
    diag_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_are_sorted_by_file_line_and_discovery),
        cmocka_unit_test(a_caller_can_have_them_one_by_one),
        cmocka_unit_test(what_a_user_wrote_cannot_break_the_line),
        cmocka_unit_test(past_the_limit_problems_are_counted_and_the_count_is_said),
        cmocka_unit_test(a_flood_of_warnings_does_not_hide_an_error),
        cmocka_unit_test(json_has_the_same_with_nulls_for_what_is_absent),
        cmocka_unit_test(what_is_told_outlives_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
