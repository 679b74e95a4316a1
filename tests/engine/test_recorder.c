/* test_recorder.c - rows go in as rooms tell them and come out as they were told. */
#include "base/arena.h"
#include "base/text.h"
#include "engine/recorder.h"
#include "orrery/time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int open_arena(void **state)
{
    *state = arena_open();
    return 0;
}

static int close_arena(void **state)
{
    arena_close(*state);
    return 0;
}

static void a_figure_is_found_by_its_place(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    recorder_value(r, "clients", "shoppers", "sent", "1", 12);
    recorder_value(r, "clients", "visitors", "sent", "1", 7);
    assert_int_equal(recorder_figure_count(r), 2);
    assert_true(recorder_figure(r, "clients", "visitors", "sent")->value == 7);
    assert_null(recorder_figure(r, "services", "visitors", "sent"));
    assert_null(recorder_figure(r, "clients", "visitorssent", ""));
}

static void what_is_no_number_is_absent(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    recorder_value(r, "clients", "c", "mean", "ms", NAN);
    recorder_value(r, "clients", "c", "max", "ms", INFINITY);
    recorder_sample(r, "clients", "c", "p99", "ms", 1, -INFINITY);
    assert_int_equal(recorder_figure_count(r), 0);
    assert_int_equal(recorder_series_count(r), 0);
}

static void a_histogram_of_ns_becomes_figures_in_ms(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    struct histogram h;
    histogram_open(&h, *state);
    recorder_histogram(r, "clients", "c", "latency_ms", &h);
    assert_int_equal(recorder_figure_count(r), 0); /* an empty one says nothing */
    histogram_record(&h, 10 * NS_PER_MS);
    histogram_record(&h, 30 * NS_PER_MS);
    recorder_histogram(r, "clients", "c", "latency_ms", &h);
    assert_int_equal(recorder_figure_count(r), 8);
    const struct figure *mean = recorder_figure(r, "clients", "c", "latency_ms.mean");
    assert_true(mean->value == 20);
    assert_string_equal(mean->unit, "ms");
    assert_true(recorder_figure(r, "clients", "c", "latency_ms.max")->value == 30);
    assert_true(recorder_figure(r, "clients", "c", "latency_ms.stddev")->value == 10);
    const struct spread *s = recorder_spread_at(r, 0);
    assert_int_equal(s->count, 2);
    uint64_t kept = 0;
    for (uint32_t i = 0; i < s->bucket_count; i++)
        kept += s->counts[i];
    assert_int_equal(kept, 2);
    assert_int_equal(s->bucket_low, histogram_bucket(10 * NS_PER_MS));
}

static void a_series_keeps_one_point_an_instant_in_time_order(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    for (int64_t i = 1; i <= 2000; i++) {
        recorder_sample(r, "services", "a", "queue", "1", i * NS_PER_S, (double)i);
        recorder_sample(r, "services", "b", "queue", "1", i * NS_PER_S, -(double)i);
    }
    recorder_sample(r, "services", "a", "queue", "1", 2000 * NS_PER_S, 5);
    assert_int_equal(recorder_series_count(r), 2);
    const struct series *a = recorder_series_at(r, 0), *b = recorder_series_at(r, 1);
    assert_int_equal(a->count, 2000);
    assert_int_equal(b->count, 2000);
    assert_true(a->points[1999].value == 5);
    for (uint32_t i = 0; i < 1999; i++) {
        assert_int_equal(a->points[i].at_ns, (i + 1) * NS_PER_S);
        assert_true(b->points[i].value == -(double)(i + 1));
    }
}

static void without_series_all_else_is_kept(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    recorder_skip_series(r);
    recorder_sample(r, "services", "a", "queue", "1", NS_PER_S, 5);
    recorder_value(r, "services", "a", "queue_mean", "1", 5);
    assert_int_equal(recorder_series_count(r), 0);
    assert_int_equal(recorder_dropped(r)->points, 0);
    assert_int_equal(recorder_figure_count(r), 1);
}

static void an_event_names_its_cause(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    uint32_t first = recorder_event(r, 5, "fault.begin", "node-1", 0, "power lost");
    uint32_t second = recorder_event(r, 7, "pod.gone", "cart-0", first, "its node %s", "node-1");
    assert_int_equal(first, 1);
    assert_int_equal(second, 2);
    const struct entry *e = recorder_event_at(r, 1);
    assert_int_equal(e->cause, 1);
    assert_string_equal(e->kind, "pod.gone");
    assert_string_equal(e->text, "its node node-1");
    recorder_decision(r, 9, "hpa", "cart", "want %d", 7);
    assert_string_equal(recorder_decision_at(r, 0)->text, "want 7");
}

static void events_past_the_limit_are_counted(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    for (uint32_t i = 0; i < RECORDER_EVENTS_MAX; i++)
        assert_int_equal(recorder_event(r, i, "k", "o", i ? i : 0, "x"), i + 1);
    assert_int_equal(recorder_event(r, RECORDER_EVENTS_MAX, "k", "o", 0, "x"), 0);
    assert_int_equal(recorder_event_count(r), RECORDER_EVENTS_MAX);
    assert_int_equal(recorder_dropped(r)->events, 1);
}

static void long_text_is_cut_between_characters(void **state)
{
    struct recorder *r = recorder_open(*state, NULL);
    char text[3 * RECORDER_TEXT_MAX];
    for (uint32_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', shift);
        for (uint32_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4); /* the euro sign */
        recorder_event(r, 0, "k", "o", 0, "%s", text);
        const char *kept = recorder_event_at(r, shift)->text;
        assert_true(strlen(kept) <= RECORDER_TEXT_MAX + 3);
        assert_true(text_is_utf8(kept, strlen(kept)));
        assert_string_equal(kept + strlen(kept) - 3, "...");
    }
}

static void a_trace_line_is_time_kind_and_detail(void **state)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&bytes, &length);
    struct recorder *r = recorder_open(*state, out);
    assert_true(recorder_tracing(r));
    recorder_trace(r, 12 * NS_PER_S + 34, "call.open", "from %s\nto cart", "shoppers");
    recorder_event(r, 13 * NS_PER_S, "pod.crash", "cart-0", 0, "out of memory");
    assert_true(recorder_close(r));
    fclose(out);
    assert_string_equal(bytes, "12.000000034  call.open  from shoppers to cart\n"
                               "13.000000000  pod.crash  cart-0: out of memory\n");
    free(bytes);
}

static void a_trace_that_cannot_be_written_is_told(void **state)
{
    FILE *full = fopen("/dev/full", "w");
    if (!full) skip();
    struct recorder *r = recorder_open(*state, full);
    recorder_trace(r, 0, "k", "x");
    assert_false(recorder_close(r));
    fclose(full);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        TEST(a_figure_is_found_by_its_place),
        TEST(what_is_no_number_is_absent),
        TEST(a_histogram_of_ns_becomes_figures_in_ms),
        TEST(a_series_keeps_one_point_an_instant_in_time_order),
        TEST(without_series_all_else_is_kept),
        TEST(an_event_names_its_cause),
        TEST(events_past_the_limit_are_counted),
        TEST(long_text_is_cut_between_characters),
        TEST(a_trace_line_is_time_kind_and_detail),
        TEST(a_trace_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
