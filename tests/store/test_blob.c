/* test_blob.c - histograms survive the disk; foreign bytes do no harm. */
#include "base/arena.h"
#include "base/text.h"
#include "engine/recorder.h"
#include "store/blob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void pack(struct arena *a, const struct histogram *h, struct text *out)
{
    struct recorder *r = recorder_open(a, NULL);
    recorder_histogram(r, "s", "o", "size", h);
    out->length = 0;
    blob_pack(recorder_spread_at(r, 0), out);
}

static void fill(struct histogram *h, uint64_t seed, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        histogram_record(h, (int64_t)(seed >> (1 + seed % 60)));
    }
}

static void packing_and_unpacking_keeps_every_bucket(void **state)
{
    struct histogram h, back;
    struct text bytes = { 0 };
    histogram_open(&h, *state);
    histogram_open(&back, *state);
    fill(&h, 1, 5000);
    histogram_record(&h, 0);
    histogram_record(&h, INT64_MAX);
    pack(*state, &h, &bytes);
    assert_true(blob_unpack(text_data(&bytes), bytes.length, &back));
    assert_int_equal(back.count, h.count);
    assert_memory_equal(back.buckets, h.buckets, HISTOGRAM_BUCKETS * sizeof *h.buckets);
    text_close(&bytes);
}

static void merging_blobs_is_merging_histograms(void **state)
{
    struct histogram one, two, both;
    struct text bytes = { 0 };
    histogram_open(&one, *state);
    histogram_open(&two, *state);
    histogram_open(&both, *state);
    fill(&one, 1, 300);
    fill(&two, 2, 300);
    pack(*state, &one, &bytes);
    assert_true(blob_unpack(text_data(&bytes), bytes.length, &both));
    pack(*state, &two, &bytes);
    assert_true(blob_unpack(text_data(&bytes), bytes.length, &both));
    histogram_merge(&one, &two);
    assert_int_equal(both.count, 600);
    assert_int_equal(both.bucket_low, one.bucket_low);
    assert_int_equal(both.bucket_high, one.bucket_high);
    assert_memory_equal(both.buckets, one.buckets, HISTOGRAM_BUCKETS * sizeof *one.buckets);
    text_close(&bytes);
}

static void bytes_that_are_no_histogram_add_nothing(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
        { "\x01", 1 },                                                  /* no count */
        { "\x01\x80", 2 },                                              /* an unfinished varint */
        { "\x00\x01", 2 },                                              /* no distance */
        { "\x01\x00", 2 },                                              /* no calls */
        { "\x01\x81\x00", 3 },                                          /* padded: not canonical */
        { "\x01\x01\xff\xff\x7f\x01", 6 },                              /* past the last bucket */
        { "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11 },         /* more than 64 bits */
        { "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x01", 13 }, /* the sum overflows */
    };
    struct histogram h;
    histogram_open(&h, *state);
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(blob_unpack(bad[i].bytes, bad[i].length, &h));
        assert_int_equal(h.count, 0);
        assert_int_equal(h.buckets[0], 0);
    }
    assert_true(blob_unpack("", 0, &h)); /* nothing recorded, nothing said */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        TEST(packing_and_unpacking_keeps_every_bucket),
        TEST(merging_blobs_is_merging_histograms),
        TEST(bytes_that_are_no_histogram_add_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
