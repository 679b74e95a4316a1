/* test_store.c - a result file is whole or absent, says what was recorded, and is canonical. */
#include "base/arena.h"
#include "base/text.h"
#include "engine/recorder.h"
#include "orrery/time.h"
#include "store/blob.h"
#include "store/database.h"
#include "store/result.h"
#include "store/store.h"
#include "store/writer.h"
#include "../support/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    struct arena *arena;
    char folder[TEMPORARY_PATH_MAX];
    char error[OUTPUT_ERROR_BYTES];
};

static int open_bench(void **state)
{
    struct arena *a = arena_open();
    struct bench *b = arena_alloc(a, sizeof *b);
    b->arena = a;
    temporary_folder(b->folder, "store");
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    temporary_folder_remove(b->folder);
    arena_close(b->arena);
    return 0;
}

static const char *in_folder(struct bench *b, const char *name)
{
    return arena_format(b->arena, "%s/%s", b->folder, name);
}

static struct recorder *some_rows(struct arena *a, double shift)
{
    struct recorder *r = recorder_open(a, NULL);
    struct histogram h;
    histogram_open(&h, a);
    for (int64_t i = 1; i <= 100; i++)
        histogram_record(&h, i * NS_PER_MS + (int64_t)(shift * 1e6));
    recorder_value(r, "clients", "shoppers", "sent", "1", 100 + shift);
    recorder_histogram(r, "clients", "shoppers", "latency_ms", &h);
    if (shift > 0) recorder_value(r, "clients", "shoppers", "by_outcome.timeout", "1", 4);
    for (int64_t i = 1; i <= 5; i++)
        recorder_sample(r, "services", "cart", "utilization", "1", i * NS_PER_S, 0.1 * (double)i);
    uint32_t fault = recorder_event(r, 2 * NS_PER_S, "fault.begin", "node-1", 0, "it's down");
    recorder_event(r, 3 * NS_PER_S, "pod.gone", "cart-0", fault, "with its node");
    recorder_decision(r, 3 * NS_PER_S, "hpa", "cart", "3 -> 4");
    return r;
}

static struct store *create(struct bench *b, const char *path)
{
    enum output_status status;
    struct store *s = store_create(b->arena, path, false, &status, b->error);
    if (!s) print_error("%s\n", b->error);
    assert_non_null(s);
    assert_int_equal(status, OUTPUT_OK);
    return s;
}

/* An experiment of two replications, whose runs are written in the order asked. */
static void fill(struct bench *b, struct store *s, bool backwards, const char *wall)
{
    struct experiment_row e = { .scenario = "a.lua",
                                .title = "A",
                                .currency = "USD",
                                .seed = UINT64_MAX,
                                .replications = 2,
                                .duration_ns = 60 * NS_PER_S };
    assert_int_equal(store_experiment(s, &e), 1);
    store_parameter(s, 1, 1, "run.duration", "1m");
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t replication = backwards ? 2 - i : i + 1;
        struct run_row run = { .experiment = 1,
                               .replication = replication,
                               .digest = 0xabc + replication,
                               .events = 1000,
                               .simulated_ns = 60 * NS_PER_S };
        store_run(s, &run, some_rows(b->arena, replication - 1));
    }
    struct expectation_row x = { .name = "p99 shoppers",
                                 .unit = "ms",
                                 .observed_text = "99ms",
                                 .target = "below 1s",
                                 .file = "a.lua",
                                 .line = 7,
                                 .pass = true,
                                 .observed = true,
                                 .value = 99,
                                 .ci95_low = 98,
                                 .ci95_high = 100,
                                 .n = 2 };
    store_expectation(s, 1, 1, &x);
    x = (struct expectation_row){ .name = "p99 nobody",
                                  .unit = "ms",
                                  .target = "below 1s",
                                  .observed_text = "nothing was measured",
                                  .file = "" };
    store_expectation(s, 1, 2, &x);
    store_finding(s, 1, 1, "warm-up: 0s");
    store_experiment_end(s, 1, 2, 0xfeed, 5 * NS_PER_S);
    store_provenance(s, 1, "wall_s", wall);
    assert_null(store_failure(s));
}

static void check_result(struct bench *b, struct store *s)
{
    const struct result *r = result_read(b->arena, s, 1);
    assert_non_null(r);
    assert_string_equal(r->seed, "18446744073709551615");
    assert_string_equal(r->digest, "000000000000feed");
    assert_int_equal(r->events, 2000);
    assert_int_equal(r->warmup_ns, 5 * NS_PER_S);
    const struct result_figure *sent = result_find(r, "clients", "shoppers", "sent");
    assert_true(sent->mean == 100.5);
    assert_int_equal(sent->n, 2);
    /* Student's t, 1 degree of freedom: 12.7062 x 0.7071 / sqrt(2) */
    assert_true(sent->ci95_high - sent->mean > 6.3530 && sent->ci95_high - sent->mean < 6.3532);
    assert_int_equal(r->expectation_count, 2);
    assert_true(r->expectations[0].pass && r->expectations[0].observed);
    assert_true(r->expectations[0].ci95_high == 100);
    assert_false(r->expectations[1].pass || r->expectations[1].observed);
    assert_int_equal(r->event_count, 2);
    assert_string_equal(r->timeline[1].object, "cart-0");
    assert_int_equal(r->timeline[1].cause_seq, 1);
    assert_int_equal(r->timeline[0].cause_seq, 0);
    assert_string_equal(r->findings[0], "warm-up: 0s");
    assert_string_equal(result_provenance(r, "wall_s"), "1.5");
    assert_string_equal(result_provenance(r, "moon"), "");
}

static void what_was_written_is_read_back(void **state)
{
    struct bench *b = *state;
    struct store *s = create(b, in_folder(b, "r.db"));
    fill(b, s, false, "1.5");
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    check_result(b, s); /* by the writer's own connection */
    store_close(s);
    s = store_open(b->arena, in_folder(b, "r.db"), b->error);
    assert_non_null(s);
    assert_int_equal(result_count(s), 1);
    check_result(b, s); /* and by a reader's */
    assert_null(result_read(b->arena, s, 2));
    store_close(s);
}

static void results_may_stay_in_memory(void **state)
{
    struct bench *b = *state;
    struct store *s = create(b, NULL);
    fill(b, s, false, "1.5");
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    check_result(b, s);
    store_close(s);
}

static void a_key_that_did_not_occur_in_a_replication_counts_as_zero(void **state)
{
    struct bench *b = *state;
    struct store *s = create(b, NULL);
    fill(b, s, false, "1.5");
    const struct result *r = result_read(b->arena, s, 1);
    const struct result_figure *f = result_find(r, "clients", "shoppers", "by_outcome.timeout");
    assert_int_equal(f->n, 2);
    assert_true(f->mean == 2);
    store_close(s);
}

static void nothing_is_there_before_the_commit_nor_after_a_close_without_one(void **state)
{
    struct bench *b = *state;
    const char *path = in_folder(b, "r.db");
    struct store *s = create(b, path);
    fill(b, s, false, "1");
    assert_int_equal(access(path, F_OK), -1);
    store_close(s);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(in_folder(b, "r.db.part"), F_OK), -1);
}

static void an_existing_file_is_kept_unless_forced(void **state)
{
    struct bench *b = *state;
    const char *path = in_folder(b, "r.db");
    struct store *s = create(b, path);
    fill(b, s, false, "1.5");
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    store_close(s);
    enum output_status status;
    assert_null(store_create(b->arena, path, false, &status, b->error));
    assert_int_equal(status, OUTPUT_EXISTS);
    assert_non_null(strstr(b->error, "--force"));
    s = store_create(b->arena, path, true, &status, b->error);
    assert_non_null(s);
    struct store *old = store_open(b->arena, path, b->error); /* whole until the rename */
    check_result(b, old);
    store_close(old);
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    assert_int_equal(result_count(s), 0);
    store_close(s);
}

static void a_file_made_meanwhile_is_not_overwritten(void **state)
{
    struct bench *b = *state;
    const char *path = in_folder(b, "r.db");
    struct store *s = create(b, path);
    FILE *other = fopen(path, "w");
    fclose(other);
    assert_int_equal(store_commit(s, b->error), OUTPUT_EXISTS);
    store_close(s);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 0);
}

static void two_writers_of_one_file_are_told_apart(void **state)
{
    struct bench *b = *state;
    struct store *s = create(b, in_folder(b, "r.db"));
    enum output_status status;
    assert_null(store_create(b->arena, in_folder(b, "r.db"), false, &status, b->error));
    assert_int_equal(status, OUTPUT_FAILED);
    assert_non_null(strstr(b->error, "another process is writing it"));
    fill(b, s, false, "1.5");
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    check_result(b, s);
    store_close(s);
}

static void a_part_left_by_a_killed_run_is_reused(void **state)
{
    struct bench *b = *state;
    FILE *left = fopen(in_folder(b, "r.db.part"), "w");
    fputs("half a file", left);
    fclose(left);
    struct store *s = create(b, in_folder(b, "r.db"));
    fill(b, s, false, "1.5");
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    check_result(b, s);
    store_close(s);
    assert_int_equal(access(in_folder(b, "r.db.part"), F_OK), -1);
}

static void unwritable_places_are_refused_with_a_reason(void **state)
{
    struct bench *b = *state;
    enum output_status status;
    assert_null(store_create(b->arena, in_folder(b, "no/r.db"), false, &status, b->error));
    assert_int_equal(status, OUTPUT_FAILED);
    assert_non_null(strstr(b->error, "No such file"));
    assert_null(store_create(b->arena, b->folder, true, &status, b->error));
    assert_non_null(strstr(b->error, "is a directory"));
    assert_null(store_create(b->arena, "/dev/null", true, &status, b->error));
    assert_non_null(strstr(b->error, "not a regular file"));
}

static void what_is_no_result_file_is_refused(void **state)
{
    struct bench *b = *state;
    assert_null(store_open(b->arena, in_folder(b, "absent.db"), b->error));
    assert_non_null(strstr(b->error, "no such result file"));
    const char *path = in_folder(b, "text.db");
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database ", f);
    fclose(f);
    assert_null(store_open(b->arena, path, b->error));
    assert_non_null(strstr(b->error, "is not an orrery result file"));
    f = fopen(path, "w"); /* SQLite takes an empty file for an empty database */
    fclose(f);
    assert_null(store_open(b->arena, path, b->error));
    assert_non_null(strstr(b->error, "is not an orrery result file"));
}

static void a_newer_format_is_refused(void **state)
{
    struct bench *b = *state;
    const char *path = in_folder(b, "r.db");
    struct store *s = create(b, path);
    assert_true(store_do(s, "PRAGMA user_version = 2"));
    assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
    store_close(s);
    assert_null(store_open(b->arena, path, b->error));
    assert_non_null(strstr(b->error, "newer orrery"));
}

static void migrations_run_from_where_a_file_stands(void **state)
{
    struct bench *b = *state;
    const char *const steps[] = { "CREATE TABLE never (x)", "CREATE TABLE extra (x)",
                                  "INSERT INTO extra VALUES (42)" };
    struct store *s = create(b, NULL); /* stands at 1 */
    assert_true(store_migrate(s, steps, 3));
    struct cursor *c = cursor_open(s,
                                   "SELECT x, (SELECT count(*) FROM sqlite_schema WHERE name = "
                                   "'never') FROM extra",
                                   "");
    assert_true(cursor_next(c));
    assert_int_equal(cursor_integer(c, 0), 42);
    assert_int_equal(cursor_integer(c, 1), 0);
    cursor_close(c);
    const char *const broken[] = { "", "", "", "CREATE nonsense" };
    assert_false(store_migrate(s, broken, 4));
    assert_non_null(store_failure(s));
    store_close(s);
}

static char *bytes_of(struct bench *b, const char *path, size_t *length)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    char *bytes = arena_alloc(b->arena, (size_t)st.st_size);
    FILE *f = fopen(path, "rb");
    *length = fread(bytes, 1, (size_t)st.st_size, f);
    fclose(f);
    return bytes;
}

static void equal_results_have_equal_canonical_bytes_in_any_order_of_filling(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 2; i++) {
        const char *path = in_folder(b, i ? "b.db" : "a.db");
        struct store *s = create(b, path);
        fill(b, s, i == 1, i ? "1.5" : "2.5");
        assert_int_equal(store_commit(s, b->error), OUTPUT_OK);
        store_close(s);
        if (!store_canonical(path, in_folder(b, i ? "b2.db" : "a2.db"), b->error))
            fail_msg("%s", b->error);
    }
    size_t length_a = 0, length_b = 0;
    const char *a = bytes_of(b, in_folder(b, "a2.db"), &length_a);
    const char *c = bytes_of(b, in_folder(b, "b2.db"), &length_b);
    assert_int_equal(length_a, length_b);
    assert_memory_equal(a, c, length_a);
    assert_null(memmem(a, length_a, "wall_s", 6)); /* no trace of the provenance */
    assert_int_equal(access(in_folder(b, "a2.db.part.copy"), F_OK), -1);
    assert_false(store_canonical(in_folder(b, "a.db"), in_folder(b, "b2.db"), b->error));
    assert_non_null(strstr(b->error, "--force"));
}

static void compare_sees_every_difference_but_provenance(void **state)
{
    struct bench *b = *state;
    struct store *one = create(b, NULL), *two = create(b, NULL);
    fill(b, one, false, "1.5");
    fill(b, two, true, "7.5");
    struct text out = { 0 };
    assert_int_equal(store_compare(one, two, &out), 0);
    assert_string_equal(text_data(&out), "");
    assert_true(store_do(two, "UPDATE sample SET value = 0.35 WHERE run_id = 1 AND at_ns = 3e9"));
    assert_int_equal(store_compare(one, two, &out), 2);
    assert_non_null(strstr(text_data(&out), "- sample: 1 | 1 | 3000000000 | 0.3\n"));
    assert_non_null(strstr(text_data(&out), "+ sample: 1 | 1 | 3000000000 | 0.35\n"));
    assert_true(store_do(two, "DELETE FROM sample"));
    out.length = 0;
    assert_int_equal(store_compare(one, two, &out), 10);
    text_close(&out);
    store_close(one);
    store_close(two);
}

static void the_chain_of_causes_is_one_query(void **state)
{
    struct bench *b = *state;
    struct store *s = create(b, NULL);
    fill(b, s, false, "1.5");
    struct cursor *c = cursor_open(s,
                                   "SELECT kind FROM causes WHERE run_id = 1 AND root = ? "
                                   "ORDER BY depth",
                                   "i", (int64_t)2);
    assert_true(cursor_next(c));
    assert_string_equal(cursor_text(c, 0), "pod.gone");
    assert_true(cursor_next(c));
    assert_string_equal(cursor_text(c, 0), "fault.begin");
    assert_false(cursor_next(c));
    cursor_close(c);
    store_close(s);
}

static void a_failure_sticks_and_prevents_the_commit(void **state)
{
    struct bench *b = *state;
    struct store *s = create(b, in_folder(b, "r.db"));
    fill(b, s, false, "1.5");
    store_finding(s, 1, 1, "again"); /* the number is taken */
    assert_non_null(strstr(store_failure(s), "UNIQUE"));
    assert_int_equal(store_commit(s, b->error), OUTPUT_FAILED);
    store_close(s);
    assert_int_equal(access(in_folder(b, "r.db"), F_OK), -1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_back),
        TEST(results_may_stay_in_memory),
        TEST(a_key_that_did_not_occur_in_a_replication_counts_as_zero),
        TEST(nothing_is_there_before_the_commit_nor_after_a_close_without_one),
        TEST(an_existing_file_is_kept_unless_forced),
        TEST(a_file_made_meanwhile_is_not_overwritten),
        TEST(two_writers_of_one_file_are_told_apart),
        TEST(a_part_left_by_a_killed_run_is_reused),
        TEST(unwritable_places_are_refused_with_a_reason),
        TEST(what_is_no_result_file_is_refused),
        TEST(a_newer_format_is_refused),
        TEST(migrations_run_from_where_a_file_stands),
        TEST(equal_results_have_equal_canonical_bytes_in_any_order_of_filling),
        TEST(compare_sees_every_difference_but_provenance),
        TEST(the_chain_of_causes_is_one_query),
        TEST(a_failure_sticks_and_prevents_the_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
