/* test_rows.c - optimistic concurrency: who writes first wins, and who comes too late is told. */
#include "../support/cloud.h"

#define STEP(kind, more) "{'kind': '" kind "', '#': ['x']" more "}"
#define READ STEP("readRow", "")
#define WRITE STEP("writeRow", "")
#define ROWS(count) ", 'rows': " count
/* Reads, thinks for a second (two), writes; or writes without having looked. */
#define DATABASE                                                                                   \
    SERVICE("db", "'async': true,",                                                                \
            "'short': [" READ "," WAIT("1s") "," WRITE "], 'long': [" READ "," WAIT(               \
                "2s") "," WRITE "], 'blind': [" WAIT("1s") "," WRITE "]")

static double written(const struct scenario *s)
{
    return cloud_figure(s, "rows", "db x", "written");
}

static double conflicts(const struct scenario *s)
{
    return cloud_figure(s, "rows", "db x", "conflicts");
}

static void a_write_after_another_s_is_an_error(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") DATABASE CALL("a", "db long", "0", "") CALL("b", "db short", "500", ""));
    assert_took(&s, "b", 1000);
    assert_failed(&s, "a", "error", 2000);
    assert_true(written(&s) == 1);
    assert_true(conflicts(&s) == 1);
    scenario_close(&s);
}

static void one_after_the_other_both_succeed(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") DATABASE CALL("a", "db short", "0", "") CALL("b", "db short", "1001", ""));
    assert_took(&s, "a", 1000);
    assert_took(&s, "b", 1000);
    assert_true(written(&s) == 2);
    assert_true(conflicts(&s) == 0);
    scenario_close(&s);
}

static void a_call_that_has_not_read_writes_in_any_case(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") DATABASE CALL("a", "db blind", "0", "") CALL("b", "db blind", "500", ""));
    assert_took(&s, "a", 1000);
    assert_took(&s, "b", 1000);
    assert_true(written(&s) == 2);
    scenario_close(&s);
}

static void a_retry_reads_anew(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") DATABASE CALL("a", "db long", "0", ", 'retry': {'backoff': '0s'}")
                      CALL("b", "db short", "500", ""));
    assert_took(&s, "a", 4000);
    assert_true(written(&s) == 2);
    assert_true(conflicts(&s) == 1);
    scenario_close(&s);
}

/* Its snapshot is of its first read: a second one does not make it forget. */
static void a_call_holds_what_it_read_first(void **state)
{
    (void)state;
    struct scenario s = cloud_run(RUN("60s") SERVICE(
        "db", "'async': true,",
        "'twice': [" READ "," WAIT("2s") "," READ "," WAIT("2s") "," WRITE "], 'short': [" READ
        "," WAIT("1s") "," WRITE "]") CALL("a", "db twice", "0", "")
                                      CALL("b", "db short", "500", ""));
    assert_failed(&s, "a", "error", 4000);
    scenario_close(&s);
}

/* Of 50 customers at once nearly all have a row of a thousand to themselves. */
static void rows_are_told_apart_by_customer(void **state)
{
    (void)state;
    static const char *const objects[] = {
        RUN("60s") SERVICE("db", "'async': true,", "'w': [" READ "," WAIT("1s") "," WRITE "]")
            ", {'kind': 'client', 'name': 'u', 'target': 'db w', 'users': 50, 'stop': '1ms'}",
        RUN("60s") SERVICE("db", "'async': true,",
                           "'w': [" STEP("readRow", ROWS("1000")) "," WAIT("1s") ","
                           STEP("writeRow", ROWS("1000")) "]")
            ", {'kind': 'client', 'name': 'u', 'target': 'db w', 'users': 50, 'stop': '1ms'}"
    };
    double writes[2];
    for (int i = 0; i < 2; i++) {
        struct scenario s = cloud_run(objects[i]);
        writes[i] = written(&s);
        assert_true(writes[i] + conflicts(&s) == 50);
        assert_true(cloud_client(&s, "u", "ok") == writes[i]);
        scenario_close(&s);
    }
    assert_true(writes[0] == 1);
    assert_true(writes[1] >= 45);
}

static void other_services_have_rows_of_their_own(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") DATABASE SERVICE("other", "'async': true,", "'w': [" READ "," WRITE "]")
            CALL("a", "db long", "0", "") CALL("b", "other w", "500", ""));
    assert_took(&s, "a", 2000);
    scenario_close(&s);
}

static void one_name_has_one_number_of_rows(void **state)
{
    (void)state;
    cloud_refused(RUN("1s") SERVICE("db", "", "'w': [" READ "," STEP("writeRow", ROWS("7")) "]"),
                  "'x' has 7 rows here and 1 elsewhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_after_another_s_is_an_error),
        cmocka_unit_test(one_after_the_other_both_succeed),
        cmocka_unit_test(a_call_that_has_not_read_writes_in_any_case),
        cmocka_unit_test(a_retry_reads_anew),
        cmocka_unit_test(a_call_holds_what_it_read_first),
        cmocka_unit_test(rows_are_told_apart_by_customer),
        cmocka_unit_test(other_services_have_rows_of_their_own),
        cmocka_unit_test(one_name_has_one_number_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
