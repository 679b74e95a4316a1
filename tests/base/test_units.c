/* test_units.c - quantities as users write them, and back. */
#include "base/units.h"

#include "orrery/time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int64_t duration(const char *text)
{
    int64_t ns = -1;
    const char *wrong = units_read_duration(text, &ns);
    if (wrong) fail_msg("%s: %s", text, wrong);
    return ns;
}

static void durations_are_exact_to_the_nanosecond(void **state)
{
    (void)state;
    assert_int_equal(duration("5ns"), 5);
    assert_int_equal(duration("1.5us"), 1500);
    assert_int_equal(duration("5ms"), 5 * NS_PER_MS);
    assert_int_equal(duration("0.1s"), 100 * NS_PER_MS);
    assert_int_equal(duration("1e3s"), 1000 * NS_PER_S);
    assert_int_equal(duration("1.5h"), 90 * NS_PER_MIN);
    assert_int_equal(duration("1h30m"), 90 * NS_PER_MIN);
    assert_int_equal(duration("2min"), 2 * NS_PER_MIN);
    assert_int_equal(duration("1d2h3m4s5ms6us7ns"),
                     NS_PER_DAY + 2 * NS_PER_HOUR + 3 * NS_PER_MIN + INT64_C(4005006007));
    assert_int_equal(duration("3653d"), TIME_MAX_NS);
    assert_int_equal(duration("-5ms"), -5 * NS_PER_MS);
    assert_int_equal(duration("5\xc2\xb5s"), 5000); /* the micro sign */
    assert_int_equal(duration("0"), 0);
    assert_int_equal(duration("104.249991374d"), INT64_C(9007199254713600000) / 1000);
}

static void a_bad_duration_says_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "5", "missing unit" },           { "", "not a duration" },
        { "ms", "not a duration" },        { "5x", "not a duration" },
        { "5 ms", "not a duration" },      { "5ms ", "not a duration" },
        { "5mss", "not a duration" },      { "1s5", "missing unit" },
        { "nan", "not a duration" },       { "inf", "not a duration" },
        { "0x5s", "not a duration" },      { "1e99d", "too long" },
        { "3654d", "too long" },           { "0.4ns", "too short" },
        { "30m1h", "units out of order" }, { "1h1h", "units out of order" },
        { "--5ms", "not a duration" },     { "1..5s", "not a duration" },
        { "1e", "not a duration" },        { "3653d1ns", "too long" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ns;
        const char *wrong = units_read_duration(rows[i].text, &ns);
        if (!wrong || strncmp(wrong, rows[i].message, strlen(rows[i].message)))
            fail_msg("'%s': %s", rows[i].text, wrong ? wrong : "was read");
    }
}

static void durations_print_short_and_read_back_equal(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        { 0, "0s" },
        { 1, "1ns" },
        { 1500, "1.5us" },
        { 100 * NS_PER_MS, "100ms" },
        { 1500 * NS_PER_MS, "1.5s" },
        { 90 * NS_PER_S, "90s" },
        { 10 * NS_PER_MIN, "10m" },
        { 90 * NS_PER_MIN, "90m" },
        { NS_PER_DAY, "1d" },
        { TIME_MAX_NS, "3653d" },
        { -5 * NS_PER_MS, "-5ms" },
        { 1234567891, "1.234567891s" },
    };
    char buf[40];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(units_print_duration(rows[i].ns, buf), rows[i].text);
        assert_int_equal(duration(buf), rows[i].ns);
    }
    for (int64_t ns = 1; ns < TIME_MAX_NS / 3; ns = ns * 3 + 1)
        assert_int_equal(duration(units_print_duration(ns, buf)), ns);
}

static double rate(const char *text)
{
    double per_s = -1;
    const char *wrong = units_read_rate(text, &per_s);
    if (wrong) fail_msg("%s: %s", text, wrong);
    return per_s;
}

static void rates_are_per_second(void **state)
{
    (void)state;
    assert_true(rate("40/s") == 40);
    assert_true(rate("3/min") == 0.05);
    assert_true(rate("3/m") == 0.05);
    assert_true(rate("1e4/h") == 1e4 / 3600);
    assert_true(rate("10k/s") == 1e4);
    assert_true(rate("2/ms") == 2000);
    assert_true(rate("1/d") == 1.0 / 86400);
    assert_true(rate("0") == 0);
    double v;
    static const char *const bad[] = { "40", "40rps", "/s", "40/", "40/x", "40/s/s", "", "nan/s" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(units_read_rate(bad[i], &v));
    assert_string_equal(units_read_rate("1e308/ns", &v), "too large for a rate");
}

static void rates_print_in_the_unit_that_is_shortest(void **state)
{
    char buf[64];
    (void)state;
    assert_string_equal(units_print_rate(40, buf), "40/s");
    assert_string_equal(units_print_rate(0.05, buf), "3/min");
    assert_string_equal(units_print_rate(1000.0 / 60, buf), "1000/min");
    assert_string_equal(units_print_rate(1.0 / 86400, buf), "1/d");
    assert_string_equal(units_print_rate(0, buf), "0/s");
    assert_string_equal(units_print_rate(1e6, buf), "1000000/s");
    for (double v = 1e-9; v < 1e9; v *= 7.3)
        assert_true(rate(units_print_rate(v, buf)) == v);
}

static void bytes_are_kubernetes_quantities(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
        const char *printed;
    } rows[] = {
        { "512", 512, "512" },
        { "2k", 2000, "2k" },
        { "2Ki", 2048, "2Ki" },
        { "1.5Gi", INT64_C(3) << 29, "1536Mi" },
        { "128Mi", 128 << 20, "128Mi" },
        { "1e3", 1000, "1k" },
        { "1E3", 1000, "1k" },
        { "1E", INT64_C(1000000000000000000), "1E" },
        { "0", 0, "0" },
        { "-4Ki", -4096, "-4Ki" },
    };
    char buf[40];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t v = -1;
        assert_null(units_read_bytes(rows[i].text, &v));
        assert_int_equal(v, rows[i].bytes);
        assert_string_equal(units_print_bytes(v, buf), rows[i].printed);
    }
}

static void bad_bytes_say_what_to_write(void **state)
{
    int64_t v;
    (void)state;
    assert_non_null(strstr(units_read_bytes("128m", &v), "thousandths"));
    assert_non_null(strstr(units_read_bytes("128K", &v), "Ki for 1024"));
    assert_non_null(strstr(units_read_bytes("128MB", &v), "the B is understood"));
    assert_non_null(strstr(units_read_bytes("9Ei", &v), "too large"));
    assert_non_null(strstr(units_read_bytes("1e40", &v), "too large"));
    assert_non_null(strstr(units_read_bytes("0.5", &v), "whole number"));
    assert_non_null(strstr(units_read_bytes("", &v), "not an amount"));
    assert_non_null(strstr(units_read_bytes("5 Mi", &v), "not an amount"));
}

static void cores_may_be_in_thousandths(void **state)
{
    char buf[64];
    double v;
    (void)state;
    assert_null(units_read_cpu("250m", &v));
    assert_true(v == 0.25);
    assert_string_equal(units_print_cpu(v, buf), "250m");
    assert_null(units_read_cpu("1.5", &v));
    assert_string_equal(units_print_cpu(v, buf), "1.5");
    assert_null(units_read_cpu("4", &v));
    assert_string_equal(units_print_cpu(v, buf), "4");
    assert_null(units_read_cpu("100m", &v));
    assert_true(v == 0.1);
    assert_string_equal(units_print_cpu(v, buf), "100m");
    assert_non_null(units_read_cpu("lots", &v));
    assert_non_null(units_read_cpu("1.5 cores", &v));
}

static void a_percentage_is_the_double_nearest_to_it(void **state)
{
    char buf[64];
    double v;
    (void)state;
    assert_null(units_read_ratio("99.9%", &v));
    assert_true(v == 0.999);
    assert_string_equal(units_print_ratio(v, buf), "99.9%");
    assert_null(units_read_ratio("0.07", &v));
    assert_string_equal(units_print_ratio(v, buf), "7%");
    assert_string_equal(units_print_ratio(0, buf), "0%");
    assert_string_equal(units_print_ratio(1, buf), "100%");
    for (double r = 1e-12; r < 1; r *= 3.7) {
        assert_null(units_read_ratio(units_print_ratio(r, buf), &v));
        assert_true(v == r);
    }
    assert_non_null(units_read_ratio("70 %", &v));
    assert_non_null(units_read_ratio("x", &v));
}

static void numbers_take_suffixes_and_nothing_else(void **state)
{
    char buf[64];
    double v;
    (void)state;
    assert_null(units_read_number("10k", &v));
    assert_true(v == 1e4);
    assert_null(units_read_number("1e3", &v));
    assert_true(v == 1e3);
    assert_null(units_read_number("-.5", &v));
    assert_true(v == -0.5);
    assert_null(units_read_number("0.1000000000000000055511151231257827", &v));
    assert_true(v == 0.1);
    static const char *const bad[] = {
        "", "k", "1e", "nan", "inf", "0x10", "1,5", "1 ", " 1", "1kk"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(units_read_number(bad[i], &v));
    assert_non_null(units_read_number("1e999", &v));
    assert_string_equal(units_print_number(1000000, buf), "1000000");
    assert_string_equal(units_print_number(0.1, buf), "0.1");
    assert_string_equal(units_print_number(-0.0, buf), "0");
    assert_string_equal(units_print_number(1e30, buf), "1e+30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_exact_to_the_nanosecond),
        cmocka_unit_test(a_bad_duration_says_what_is_wrong),
        cmocka_unit_test(durations_print_short_and_read_back_equal),
        cmocka_unit_test(rates_are_per_second),
        cmocka_unit_test(rates_print_in_the_unit_that_is_shortest),
        cmocka_unit_test(bytes_are_kubernetes_quantities),
        cmocka_unit_test(bad_bytes_say_what_to_write),
        cmocka_unit_test(cores_may_be_in_thousandths),
        cmocka_unit_test(a_percentage_is_the_double_nearest_to_it),
        cmocka_unit_test(numbers_take_suffixes_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
