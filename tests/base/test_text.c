/* test_text.c - growing text, shortest doubles, UTF-8, JSON strings and "did you mean". */
#include "base/text.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void text_grows_as_it_is_added_to(void **state)
{
    (void)state;
    struct text t = { 0 };
    assert_string_equal(text_data(&t), "");
    for (int i = 0; i < 1000; i++)
        text_format(&t, "%d,", i);
    text_add(&t, "end");
    text_add_n(&t, "ing", 2);
    assert_int_equal(t.length, strlen(t.data));
    assert_true(strncmp(t.data, "0,1,2,", 6) == 0);
    assert_string_equal(t.data + t.length - 9, "999,endin");
    text_close(&t);
    assert_null(t.data);
    assert_int_equal(t.capacity, 0);
}

static void doubles_are_printed_in_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } rows[] = {
        { 0, "0" },
        { -0.0, "-0" },
        { 1, "1" },
        { 0.1, "0.1" },
        { 1e30, "1e+30" },
        { 1.0 / 3, "0.3333333333333333" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { 123456, "123456" },
        { 5e-324, "5e-324" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { INFINITY, "inf" },
        { -INFINITY, "-inf" },
        { NAN, "nan" },
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(text_double(rows[i].v, buffer), rows[i].text);
}

static void every_double_reads_back_as_itself(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17; /* xorshift64 */
        double v, again;
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v)) continue;
        char buffer[32];
        text_double(v, buffer);
        assert_true(text_read_double(buffer, strlen(buffer), &again));
        assert_memory_equal(&v, &again, sizeof v);
    }
}

static void only_plain_decimals_are_numbers(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0", "-1", "+2", ".5", "5.", "1e3", "1E-3", "001", "-0.0e+0"
    };
    static const char *const bad[] = { "",      ".",    "-",   "e5",    "1e", "1e+",
                                       "0x10",  "inf",  "nan", " 1",    "1 ", "1,5",
                                       "1.2.3", "1e5.", "--1", "1e999", "1f" };
    double v;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(text_read_double(good[i], strlen(good[i]), &v));
        assert_true(v == strtod(good[i], NULL));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (text_read_double(bad[i], strlen(bad[i]), &v)) fail_msg("'%s' was taken", bad[i]);
    assert_false(text_read_double("1\0", 2, &v)); /* a NUL inside */
    assert_true(text_read_double("12345", 2, &v) && v == 12);
}

static void a_number_of_more_characters_than_the_limit_is_refused(void **state)
{
    (void)state;
    char digits[TEXT_NUMBER_MAX + 2];
    double v;
    memset(digits, '0', sizeof digits);
    assert_true(text_read_double(digits, TEXT_NUMBER_MAX, &v) && v == 0);
    assert_false(text_read_double(digits, TEXT_NUMBER_MAX + 1, &v));
}

static void distance_counts_slips(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        uint32_t distance;
    } rows[] = {
        { "", "", 0 },
        { "abc", "abc", 0 },
        { "abc", "", 3 },
        { "", "abc", 3 },
        { "abc", "abd", 1 },
        { "abc", "ab", 1 },
        { "abc", "abcd", 1 },
        { "abc", "acb", 1 },
        { "ca", "abc", 3 },
        { "workers", "wrokers", 1 },
        { "kitten", "sitting", 3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(text_distance(rows[i].a, rows[i].b, 99), rows[i].distance);
        assert_int_equal(text_distance(rows[i].b, rows[i].a, 99), rows[i].distance);
    }
    assert_int_equal(text_distance("kitten", "sitting", 2), 2);
}

static void distance_of_very_long_texts_is_the_cap_unless_equal(void **state)
{
    (void)state;
    char a[300], b[300];
    memset(a, 'x', sizeof a);
    a[299] = '\0';
    memcpy(b, a, sizeof b);
    assert_int_equal(text_distance(a, b, 5), 0);
    b[0] = 'y';
    assert_int_equal(text_distance(a, b, 5), 5);
}

static void the_nearest_name_is_offered_when_it_is_near(void **state)
{
    (void)state;
    static const char *const names[] = { "replicas", "workers", "startup", "resources", "cpu" };
    assert_string_equal(text_nearest("workres", names, 5), "workers");
    assert_string_equal(text_nearest("replica", names, 5), "replicas");
    assert_string_equal(text_nearest("cpi", names, 5), "cpu");
    assert_string_equal(text_nearest("cpu", names, 5), "cpu");
    assert_null(text_nearest("bandwidth", names, 5));
    assert_null(text_nearest("workers", names, 0));
}

static void of_two_equally_near_names_the_first_is_offered(void **state)
{
    (void)state;
    static const char *const names[] = { "cat", "bat" };
    assert_string_equal(text_nearest("rat", names, 2), "cat");
}

static void utf8_is_judged_as_unicode_has_it(void **state)
{
    (void)state;
    static const char *const good[] = { "",
                                        "plain",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x9a\x80",
                                        "\xed\x9f\xbf",
                                        "\xef\xbf\xbd",
                                        "\xf4\x8f\xbf\xbf" };
    static const char *const bad[] = { "\x80",
                                       "\xc0\xaf",
                                       "\xc1\xbf",
                                       "\xe0\x9f\xbf",
                                       "\xed\xa0\x80",
                                       "\xf0\x8f\xbf\xbf",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xff",
                                       "\xc3",
                                       "\xe2\x82",
                                       "a\xc3(" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(text_is_utf8(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_is_utf8(bad[i], strlen(bad[i])));
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    struct text t = { 0 };
    text_add_json(&t, "a\"b\\c\n\t\r\b\f\x01\x7f/\xc3\xa9");
    assert_string_equal(t.data, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u007f/\xc3\xa9\"");
    text_close(&t);
}

static void json_strings_stay_readable_when_the_text_is_not_utf8(void **state)
{
    (void)state;
    struct text t = { 0 };
    text_add_json(&t, "x\xff\xc3y");
    assert_string_equal(t.data, "\"x\\ufffd\\ufffdy\"");
    text_close(&t);
}

static void a_line_holds_nothing_that_a_terminal_obeys(void **state)
{
    (void)state;
    struct text t = { 0 };
    text_add_line(&t, "a\nb\x1b[31m\x7f\xc3\xbc");
    assert_string_equal(text_data(&t), "a b [31m \xc3\xbc");
    text_close(&t);
}

static void words_are_quoted_where_a_shell_needs_it(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        { "a/b-1.lua", "a/b-1.lua" }, { "a b.lua", "'a b.lua'" },
        { "it's", "'it'\\''s'" },     { "", "''" },
        { "-x.lua", "./-x.lua" },     { "$(x)", "'$(x)'" }
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text t = { 0 };
        text_add_word(&t, words[i][0]);
        assert_string_equal(text_data(&t), words[i][1]);
        text_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_as_it_is_added_to),
        cmocka_unit_test(doubles_are_printed_in_their_shortest_form),
        cmocka_unit_test(every_double_reads_back_as_itself),
        cmocka_unit_test(only_plain_decimals_are_numbers),
        cmocka_unit_test(a_number_of_more_characters_than_the_limit_is_refused),
        cmocka_unit_test(distance_counts_slips),
        cmocka_unit_test(distance_of_very_long_texts_is_the_cap_unless_equal),
        cmocka_unit_test(the_nearest_name_is_offered_when_it_is_near),
        cmocka_unit_test(of_two_equally_near_names_the_first_is_offered),
        cmocka_unit_test(utf8_is_judged_as_unicode_has_it),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_strings_stay_readable_when_the_text_is_not_utf8),
        cmocka_unit_test(a_line_holds_nothing_that_a_terminal_obeys),
        cmocka_unit_test(words_are_quoted_where_a_shell_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
