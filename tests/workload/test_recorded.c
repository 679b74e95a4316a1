/* test_recorded.c - arrivals that were recorded: a series of counts or rates, a trace of times. Files
 * come from a table here. */
#include "arrivals.h"

extern const struct kind arrival_csv, arrival_trace;

/* The scenario's folder, as far as these tests go. */
static const struct {
    const char *name, *text;
} files[] = {
    { "hourly.csv", "hour,count\n1998-05-01 00:00:00,3600\n1998-05-01 01:00:00,0\n"
                    "1998-05-01 02:00:00,7200\n" },
    { "rates.csv", "0,10\n1,50\n" },
    { "zeros.csv", "0,0\n1,0\n" },
    { "broken.csv", "0,1\n1,x\n" },
    { "times.csv", "0.5\n1\n1\n4\n" },
    { "late.csv", "1700000000\n1700000001\n" },
};

const char *document_read_file(const struct document *doc, const char *relative, struct place at,
                               const char *path, struct diag *d, size_t *length)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i].name, relative) == 0) {
            *length = strlen(files[i].text);
            return arena_text(doc->arena, files[i].text);
        }
    diag_error(d, at, path, NULL, "cannot read '%s'", relative);
    return NULL;
}

static void a_series_of_counts_is_played_step_by_step(void **state)
{
    struct part p = good(state, &arrival_csv, "file=hourly.csv scale=10");
    struct source s = source_open(state, p, 11);
    windows_count(&s, windows, 5, NS_PER_HOUR);
    assert_near(windows[0], 36000, 5 * sqrt(36000));
    assert_int_equal(windows[1], 0);
    assert_near(windows[2], 72000, 5 * sqrt(72000));
    assert_int_equal(windows[3] + windows[4], 0); /* after the last row nothing comes */
    assert_near(rate_of(p, 3 * NS_PER_HOUR), 10, 1e-9);
    assert_near(rate_of(p, 6 * NS_PER_HOUR), 5, 1e-9);
}

static void a_series_can_be_repeated_and_stretched(void **state)
{
    struct part p = good(state, &arrival_csv, "file=hourly.csv stretch=0.01 cycle=true scale=100");
    struct source s = source_open(state, p, 12);
    windows_count(&s, windows, 300, 36 * NS_PER_S);
    for (int i = 0; i < 300; i += 3) {
        assert_near(windows[i], 3600, 6 * sqrt(3600));
        assert_int_equal(windows[i + 1], 0);
        assert_near(windows[i + 2], 7200, 6 * sqrt(7200));
    }
    assert_near(rate_of(p, 108 * 1000 * NS_PER_S), 100, 1e-6);
    assert_near(rate_of(p, 36 * NS_PER_S * 301), (100 * 300 + 100) / 301.0, 1e-6);
}

static void a_series_of_rates_is_not_divided_by_its_step(void **state)
{
    assert_near(rate_of(good(state, &arrival_csv, "file=rates.csv values=rate"), 2 * NS_PER_S), 30,
                1e-9);
    struct part p = good(state, &arrival_csv, "file=rates.csv values=rate stretch=60");
    assert_near(rate_of(p, 120 * NS_PER_S), 30, 1e-9);
}

static void a_series_of_zeros_never_comes(void **state)
{
    struct source s = source_open(state, good(state, &arrival_csv, "file=zeros.csv cycle=true"), 1);
    assert_false(source_next(&s));
    s.now_ns = 5;
    assert_false(source_next(&s));
}

static void a_series_that_cannot_be_played_is_refused(void **state)
{
    refuse(state, &arrival_csv, "file=none.csv", "csv.file: cannot read 'none.csv'");
    refuse(state, &arrival_csv, "file=broken.csv",
           "broken.csv:2: error: 'x' is not a finite number");
    refuse(state, &arrival_csv, "file=hourly.csv stretch=1e6",
           "csv.stretch: makes a step of 3.6e+09 s");
    refuse(state, &arrival_csv, "file=rates.csv values=rate scale=1e11",
           "csv.scale: makes a rate above");
    refuse(state, &arrival_csv, "file=rates.csv column=9", "rates.csv:1: error: has 2 columns");
}

static void a_trace_is_played_as_it_was_recorded(void **state)
{
    struct part p = good(state, &arrival_trace, "file=times.csv");
    struct source s = source_open(state, p, 13);
    static const int64_t at[] = { 500000000, 1000000000, 1000000000, 4000000000 };
    for (int i = 0; i < 4; i++) {
        assert_true(source_next(&s));
        assert_int_equal(s.now_ns, at[i]);
    }
    assert_false(source_next(&s));
    assert_near(rate_of(p, 8 * NS_PER_S), 0.5, 1e-12);
    assert_near(rate_of(p, 2 * NS_PER_S), 1.5, 1e-12);
}

static void a_client_that_begins_late_misses_what_came_before(void **state)
{
    struct source s = source_open(state, good(state, &arrival_trace, "file=times.csv"), 13);
    s.now_ns = 2 * NS_PER_S;
    assert_true(source_next(&s));
    assert_int_equal(s.now_ns, 4 * NS_PER_S);
}

static void a_trace_can_be_played_faster(void **state)
{
    struct source s = source_open(state, good(state, &arrival_trace, "file=times.csv scale=4"), 13);
    assert_true(source_next(&s));
    assert_int_equal(s.now_ns, 125000000);
    refuse(state, &arrival_trace, "file=late.csv",
           "trace.file: its last call comes after 1.7e+09 s");
    refuse(state, &arrival_trace, "file=none.csv", "cannot read");
    refuse(state, &arrival_trace, "file=broken.csv column=2", "'x' is not a time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARRIVAL_TEST(a_series_of_counts_is_played_step_by_step),
        ARRIVAL_TEST(a_series_can_be_repeated_and_stretched),
        ARRIVAL_TEST(a_series_of_rates_is_not_divided_by_its_step),
        ARRIVAL_TEST(a_series_of_zeros_never_comes),
        ARRIVAL_TEST(a_series_that_cannot_be_played_is_refused),
        ARRIVAL_TEST(a_trace_is_played_as_it_was_recorded),
        ARRIVAL_TEST(a_client_that_begins_late_misses_what_came_before),
        ARRIVAL_TEST(a_trace_can_be_played_faster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
