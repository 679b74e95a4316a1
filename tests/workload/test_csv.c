/* test_csv.c - what the CSV reader takes, and what it says of all the rest: file and line, each
 * problem, all in one go. */
#include "base/arena.h"
#include "workload/csv.h"
#include "workload/csv_time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct diag *diag;
    struct csv_series series;
    struct csv_times times;
};

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){ .arena = arena_open(), .diag = diag_open() };
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    diag_close(f->diag);
    arena_close(f->arena);
    return 0;
}

static struct csv_source source_of(const char *text, const char *column)
{
    return (struct csv_source){ "rates.csv", text, strlen(text), column };
}

static const char *said(struct fixture *f)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    diag_print(f->diag, stream);
    fclose(stream);
    char *kept = arena_text(f->arena, text);
    free(text);
    diag_close(f->diag);
    f->diag = diag_open();
    return kept;
}

static const struct csv_series *series(void **state, const char *text, const char *column)
{
    struct fixture *f = *state;
    struct csv_source source = source_of(text, column);
    bool good = csv_read_series(f->arena, &source, f->diag, &f->series);
    if (!good) fail_msg("%s", said(f));
    assert_int_equal(diag_error_count(f->diag), 0);
    return &f->series;
}

static const struct csv_times *times(void **state, const char *text, const char *column)
{
    struct fixture *f = *state;
    struct csv_source source = source_of(text, column);
    if (!csv_read_times(f->arena, &source, f->diag, &f->times)) fail_msg("%s", said(f));
    return &f->times;
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) fail_msg("'%s' lacks '%s'", text, part);
}

static void refuse_series(void **state, const char *text, const char *column, const char *message)
{
    struct fixture *f = *state;
    struct csv_source source = source_of(text, column);
    assert_false(csv_read_series(f->arena, &source, f->diag, &f->series));
    assert_holds(said(f), message);
}

static void refuse_times(void **state, const char *text, const char *column, const char *message)
{
    struct fixture *f = *state;
    struct csv_source source = source_of(text, column);
    assert_false(csv_read_times(f->arena, &source, f->diag, &f->times));
    assert_holds(said(f), message);
}

static void seconds_and_counts_are_read(void **state)
{
    const struct csv_series *s = series(state, "0,5\n60,7.5\n120,0\n", NULL);
    assert_int_equal(s->count, 3);
    assert_int_equal(s->step_ns, 60000000000);
    assert_true(s->values[0] == 5 && s->values[1] == 7.5 && s->values[2] == 0);
}

static void dates_are_read_with_a_header_in_front(void **state)
{
    const struct csv_series *s = series(state,
                                        "period,count\n1998-04-30 23:59:00,2\n"
                                        "1998-05-01 00:00:00,11\n1998-05-01 00:01:00,4\n",
                                        "");
    assert_int_equal(s->count, 3);
    assert_int_equal(s->step_ns, 60000000000);
    assert_true(s->values[1] == 11);
}

static void dressing_of_the_text_does_not_matter(void **state)
{
    const struct csv_series *s =
        series(state,
               "\xef\xbb\xbf# a comment\r\n\r\n \"time\" , \"the \"\"count\"\"\"\r\n"
               "  0 ,\t5 \r\n\n\"60\", \"7\" \n# end\n120,9",
               "the \"count\"");
    assert_int_equal(s->count, 3);
    assert_true(s->values[0] == 5 && s->values[1] == 7 && s->values[2] == 9);
}

static void a_column_is_chosen_by_name_or_number(void **state)
{
    const char *text = "t,reads,writes\n0,1,2\n1,3,4\n";
    assert_true(series(state, text, NULL)->values[1] == 3);
    assert_true(series(state, text, "writes")->values[1] == 4);
    assert_true(series(state, text, "3")->values[0] == 2);
    assert_true(series(state, "0,1,2\n1,3,4\n", "3")->values[1] == 4);
}

static void a_column_that_is_not_there_is_refused_with_a_hint(void **state)
{
    const char *text = "t,reads,writes\n0,1,2\n1,3,4\n";
    refuse_series(state, text, "write",
                  "rates.csv:1: error: no column 'write' (did you mean 'writes'?)");
    refuse_series(state, text, "temperature", "no column 'temperature' (the first column is 't')");
    refuse_series(state, text, "4", "rates.csv:2: error: has 3 columns, but column 4 is wanted");
    refuse_series(state, text, "0", "no column '0'");
    refuse_series(state, text, "99999999999999999999", "no column '9999");
    refuse_series(state, text, "t", "column 1 holds the times, not the values");
    refuse_series(state, "0,1\n1,2\n", "count", "no header line names a column 'count'");
}

static void nothing_is_no_series(void **state)
{
    refuse_series(state, "", NULL, "the file is empty");
    refuse_series(state, "\n\n# only this\n", NULL, "the file is empty");
    refuse_series(state, "time,count\n", NULL, "has no rows: at least two are needed");
    refuse_series(state, "0,5\n", NULL, "has one row: at least two are needed");
    refuse_times(state, "time\n", NULL, "has no rows");
}

static void what_is_no_number_is_refused_where_it_stands(void **state)
{
    refuse_series(state, "0,1\n1,abc\n", NULL, "rates.csv:2: error: 'abc' is not a finite number");
    refuse_series(state, "0,1\n1,nan\n", NULL, "'nan' is not a finite number");
    refuse_series(state, "0,1\n1,inf\n", NULL, "'inf' is not a finite number");
    refuse_series(state, "0,1\n1,1e999\n", NULL, "'1e999' is not a finite number");
    refuse_series(state, "0,1\n1,0x10\n", NULL, "'0x10' is not a finite number");
    refuse_series(state, "0,1\n1,\n", NULL, "rates.csv:2: error: the value is missing");
    refuse_series(state, "0,1\n1,-5\n", NULL, "rates.csv:2: error: '-5' is negative");
    refuse_series(state, "0,1\nnan,5\n", NULL, "rates.csv:2: error: 'nan' is not a time");
    refuse_series(state, "0,1\n1e300,5\n", NULL, "'1e300' is not a time");
    refuse_series(state, "0,1\n,5\n", NULL, "'' is not a time");
    refuse_series(state, "0;1\n1;2\n", NULL, "has 1 columns, but column 2 is wanted (separate");
}

static void odd_bytes_in_a_cell_do_not_reach_the_terminal(void **state)
{
    refuse_series(state, "0,1\n1,\x1b[31m\xff\n", NULL, "'?[31m?' is not a finite number");
    refuse_series(
        state, "0,1\n1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        NULL, "aaa...' is not a finite number");
}

static void broken_quotes_are_refused(void **state)
{
    refuse_series(state, "0,1\n\"1,2\n", NULL,
                  "rates.csv:2: error: a quote is opened and not closed");
    refuse_series(state, "0,1\n\"1\"x,2\n", NULL, "rates.csv:2: error: text after a closing quote");
    refuse_series(state, "0,1\n1,\"\"\"\n", NULL, "a quote is opened and not closed");
}

static void times_must_rise(void **state)
{
    refuse_series(state, "0,1\n60,2\n30,3\n", NULL,
                  "rates.csv:3: error: '30' is earlier than line 2 (sort the file by time)");
    refuse_series(state, "0,1\n60,2\n60,3\n", NULL,
                  "rates.csv:3: error: '60' is the same time as line 2");
}

static void seconds_and_dates_do_not_mix(void **state)
{
    refuse_series(
        state, "0,1\n1998-01-01 00:00,2\n", NULL,
        "rates.csv:2: error: '1998-01-01 00:00' is a date, but the times before are in seconds");
    refuse_series(state, "1998-01-01 00:00,2\n5,1\n", NULL,
                  "'5' is in seconds, but the times before");
}

static void gaps_are_found_by_what_most_steps_are(void **state)
{
    refuse_series(state, "0,1\n60,1\n120,1\n300,1\n360,1\n", NULL,
                  "rates.csv:4: error: a gap: 180 s after line 3, where other rows are 60 s apart "
                  "(add the missing rows, with 0 where nothing came)");
    refuse_series(state, "0,1\n5,1\n60,1\n120,1\n180,1\n240,1\n", NULL,
                  "rates.csv:2: error: too early: 5 s after line 1");
}

static void steps_written_with_few_decimals_are_no_gaps(void **state)
{
    const struct csv_series *s =
        series(state, "0,1\n0.333,1\n0.667,1\n1,1\n1.333,1\n1.667,1\n2,1\n", NULL);
    assert_int_equal(s->step_ns, 333333333);
}

static void every_problem_is_reported_at_once(void **state)
{
    struct fixture *f = *state;
    struct csv_source source = source_of("0,1\nx,-1\n2,y\n1\n1,5\n0.5,6\n\"\n", NULL);
    assert_false(csv_read_series(f->arena, &source, f->diag, &f->series));
    assert_int_equal(diag_error_count(f->diag), 6);
    const char *text = said(f);
    assert_holds(text, "rates.csv:2: error: 'x' is not a time");
    assert_holds(text, "rates.csv:2: error: '-1' is negative");
    assert_holds(text, "rates.csv:3: error: 'y' is not a finite number");
    assert_holds(text, "rates.csv:4: error: has 1 columns");
    assert_holds(text, "rates.csv:6: error: '0.5' is earlier than line 5");
    assert_holds(text, "rates.csv:7: error: a quote is opened");
}

static void a_flood_of_problems_is_counted_and_not_kept(void **state)
{
    struct fixture *f = *state;
    char *text = arena_alloc(f->arena, 2 * 5000 + 9);
    strcpy(text, "0,1\n");
    for (int i = 0; i < 5000; i++)
        strcat(text + 2 * i, "x\n");
    struct csv_source source = source_of(text, NULL);
    assert_false(csv_read_series(f->arena, &source, f->diag, &f->series));
    assert_int_equal(diag_error_count(f->diag), 5000);
}

static void too_many_columns_are_refused(void **state)
{
    struct fixture *f = *state;
    char *text = arena_alloc(f->arena, CSV_COLUMNS_MAX + 8);
    memset(text, ',', CSV_COLUMNS_MAX);
    refuse_series(state, text, NULL, "rates.csv:1: error: more than 1000 columns");
}

static void too_many_rows_are_refused(void **state)
{
    struct fixture *f = *state;
    size_t length = 2 * (CSV_ROWS_MAX + 10);
    char *text = arena_alloc(f->arena, length + 1);
    for (size_t i = 0; i < length; i += 2)
        memcpy(text + i, "7\n", 2);
    struct csv_source source = { "trace.csv", text, length, NULL };
    assert_false(csv_read_times(f->arena, &source, f->diag, &f->times));
    assert_holds(said(f), "trace.csv:4000001: error: more than 4000000 rows");
}

static void arrival_times_in_seconds_count_from_the_runs_begin(void **state)
{
    const struct csv_times *t = times(state, "0.5\n0.5\n2\n", NULL);
    assert_int_equal(t->count, 3);
    assert_int_equal(t->at_ns[0], 500000000);
    assert_int_equal(t->at_ns[1], 500000000);
    assert_int_equal(t->at_ns[2], 2000000000);
}

static void arrival_dates_count_from_the_first(void **state)
{
    const struct csv_times *t = times(state,
                                      "id,TIMESTAMP\n7,2023-11-16 18:17:03.9799600\n"
                                      "8,2023-11-16 18:17:04.0319600\n",
                                      "TIMESTAMP");
    assert_int_equal(t->at_ns[0], 0);
    assert_int_equal(t->at_ns[1], 52000000);
}

static void arrival_times_that_fall_or_begin_too_soon_are_refused(void **state)
{
    refuse_times(state, "1\n3\n2\n", NULL, "rates.csv:3: error: '2' is earlier than line 2");
    refuse_times(state, "t\n-1\n2\n", NULL, "rates.csv:2: error: -1 s is before the run begins");
}

static int64_t date_of(const char *text)
{
    int64_t ns;
    if (!csv_time_date(text, strlen(text), &ns)) fail_msg("'%s' is refused", text);
    return ns;
}

static void dates_are_counted_from_1970(void **state)
{
    (void)state;
    const int64_t second = 1000000000;
    assert_true(date_of("1970-01-01 00:00:00") == 0);
    assert_true(date_of("2000-02-29T12:34:56Z") == 951827696 * second);
    assert_true(date_of("2024-03-01 00:00") - date_of("2024-02-28 00:00") == 2 * 86400 * second);
    assert_true(date_of("2100-03-01 00:00") - date_of("2100-02-28 00:00") == 86400 * second);
    assert_true(date_of("2023-11-16 18:17:03.979960") == 1700158623 * second + 979960000);
    assert_true(date_of("1998-05-01 02:00:00+02:00") == date_of("1998-05-01 00:00:00Z"));
    assert_true(date_of("1998-04-30 22:30:00-0130") == date_of("1998-05-01 00:00:00Z"));
    assert_true(date_of("1999-01-01 00:00:00.1234567899999") ==
                date_of("1999-01-01 00:00") + 123456789);
}

static void dates_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "2023-02-29 00:00:00",
        "2023-13-01 00:00:00",
        "2023-00-01 00:00:00",
        "2023-01-32 00:00:00",
        "2023-01-00 00:00:00",
        "2023-01-01 24:00:00",
        "2023-01-01 00:60:00",
        "2023-01-01 00:00:60",
        "1969-12-31 00:00:00",
        "2200-01-01 00:00:00",
        "2023-01-01",
        "2023-01-01 ",
        "2023-1-1 00:00:00",
        "2023-01-01 00",
        "2023-01-01 00:00:0",
        "2023-01-01 00:00:00.",
        "2023-01-01 00:00:00X",
        "2023-01-01 00:00:00+15:00",
        "2023-01-01 00:00:00+2",
        "",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ns;
        if (csv_time_date(bad[i], strlen(bad[i]), &ns)) fail_msg("'%s' is taken", bad[i]);
    }
}

#define CSV_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CSV_TEST(seconds_and_counts_are_read),
        CSV_TEST(dates_are_read_with_a_header_in_front),
        CSV_TEST(dressing_of_the_text_does_not_matter),
        CSV_TEST(a_column_is_chosen_by_name_or_number),
        CSV_TEST(a_column_that_is_not_there_is_refused_with_a_hint),
        CSV_TEST(nothing_is_no_series),
        CSV_TEST(what_is_no_number_is_refused_where_it_stands),
        CSV_TEST(odd_bytes_in_a_cell_do_not_reach_the_terminal),
        CSV_TEST(broken_quotes_are_refused),
        CSV_TEST(times_must_rise),
        CSV_TEST(seconds_and_dates_do_not_mix),
        CSV_TEST(gaps_are_found_by_what_most_steps_are),
        CSV_TEST(steps_written_with_few_decimals_are_no_gaps),
        CSV_TEST(every_problem_is_reported_at_once),
        CSV_TEST(a_flood_of_problems_is_counted_and_not_kept),
        CSV_TEST(too_many_columns_are_refused),
        CSV_TEST(too_many_rows_are_refused),
        CSV_TEST(arrival_times_in_seconds_count_from_the_runs_begin),
        CSV_TEST(arrival_dates_count_from_the_first),
        CSV_TEST(arrival_times_that_fall_or_begin_too_soon_are_refused),
        CSV_TEST(dates_are_counted_from_1970),
        CSV_TEST(dates_that_do_not_exist_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
