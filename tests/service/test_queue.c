/* test_queue.c - who may wait, for how long, and what becomes of work that nobody wants any more.
 */
#include "../support/cloud.h"

#define SECOND "'s': [" WORK("1s") "], 'x': [" WORK("10s") "]"
#define SHOP(fields) RUN("60s") SERVICE("shop", "'workers': 1," fields, SECOND)

static void a_full_queue_turns_calls_away_at_once(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'queueLimit': 2,") CALL("a", "shop s", "0", "") CALL("b", "shop s", "1", "")
                      CALL("c", "shop s", "2", "") CALL("d", "shop s", "3", "")
                          CALL("e", "shop s", "1003", ""));
    assert_took(&s, "a", 1000);
    assert_took(&s, "b", 1999);
    assert_took(&s, "c", 2998);
    assert_failed(&s, "d", "overloaded", 0);
    assert_took(&s, "e", 4000 - 1003); /* b left the queue at 1 s */
    assert_true(cloud_service(&s, "shop", "by_outcome.overloaded") == 1);
    scenario_close(&s);
}

static void without_a_queue_only_the_free_are_served(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'queueLimit': 0,") CALL("a", "shop s", "0", "") CALL(
        "b", "shop s", "500", "") CALL("c", "shop s", "1500", ""));
    assert_took(&s, "a", 1000);
    assert_failed(&s, "b", "overloaded", 0);
    assert_took(&s, "c", 1000);
    assert_true(cloud_service(&s, "shop", "queue_mean") == 0);
    scenario_close(&s);
}

static void an_impatient_call_leaves_the_queue_but_not_the_worker(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'queueTimeout': '700ms',") CALL(
        "a", "shop s", "0", "") CALL("b", "shop s", "100", "") CALL("c", "shop s", "500", ""));
    assert_took(&s, "a", 1000);
    assert_failed(&s, "b", "expired", 700);
    assert_took(&s, "c", 1500); /* served at 1 s, after 500 ms: its patience ends while it works */
    scenario_close(&s);
}

static void a_queue_that_drops_the_late_works_for_nobody_in_vain(void **state)
{
    (void)state;
    for (int drop = 0; drop < 2; drop++) {
        struct text t = { 0 };
        text_format(&t,
                    RUN("60s") ", {'kind': 'service', 'name': 'shop', 'workers': 1, "
                               "'dropExpired': %s, 'endpoints': {" SECOND
                               "}}" CALL("a", "shop s", "0", ", 'timeout': '1500ms'")
                                   CALL("b", "shop s", "1", ", 'timeout': '1500ms'")
                                       CALL("c", "shop s", "2", ", 'timeout': '1500ms'")
                                           CALL("late", "shop s", "1900", ""),
                    drop ? "true" : "false");
        struct scenario s = cloud_run(text_data(&t));
        assert_took(&s, "a", 1000);
        assert_failed(&s, "b", "timeout", 1500); /* under way when nobody waits any more */
        assert_failed(&s, "c", "timeout", 1500);
        assert_took(&s, "late", drop ? 3000 - 1900 : 4000 - 1900);
        assert_true(cloud_service(&s, "shop", "by_outcome.expired") == drop);
        assert_true(cloud_service(&s, "shop", "wasted") == 2 - drop);
        text_close(&t);
        scenario_close(&s);
    }
}

/* ------------------------------------------------------------------------- abandoned work */

static void work_that_finishes_is_really_done_and_counted_as_wasted(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("") CALL("x", "shop x", "0", ", 'timeout': '1s'")
                                      CALL("s", "shop s", "500", ""));
    assert_failed(&s, "x", "timeout", 1000);
    assert_took(&s, "s", 11000 - 500); /* the worker was busy to 10 s all the same */
    assert_true(cloud_service(&s, "shop", "wasted") == 1);
    assert_true(cloud_service(&s, "shop", "ok") == 2);
    scenario_close(&s);
}

static void cancelling_frees_the_worker_at_that_instant(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'onAbandon': 'cancel',") CALL(
        "x", "shop x", "0", ", 'timeout': '1s'") CALL("s", "shop s", "500", ""));
    assert_failed(&s, "x", "timeout", 1000);
    assert_took(&s, "s", 2000 - 500);
    assert_true(cloud_service(&s, "shop", "by_outcome.abandoned") == 1);
    assert_true(cloud_service(&s, "shop", "wasted") == 0);
    assert_close(cloud_service(&s, "shop", "utilization"), 2.0 / 60, 1e-9);
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 2.0 / 60, 1e-9);
    scenario_close(&s);
}

static void cancelling_takes_a_waiting_call_out_of_any_queue(void **state)
{
    (void)state;
    static const char *const disciplines[] = { "fifo", "lifo", "sjf", "priority", "srpt" };
    for (uint32_t i = 0; i < 5; i++) {
        struct text t = { 0 };
        text_format(&t,
                    RUN("60s") ", {'kind': 'service', 'name': 'shop', 'workers': 1, 'onAbandon': "
                               "'cancel', 'discipline': '%s', 'endpoints': {" SECOND
                               "}}" CALL("a", "shop s", "0", ", 'priority': 9")
                                   CALL("b", "shop s", "100", "")
                                       CALL("c", "shop s", "200", ", 'timeout': '300ms'")
                                           CALL("d", "shop s", "300", ""),
                    disciplines[i]);
        struct scenario s = cloud_run(text_data(&t));
        assert_took(&s, "a", 1000);
        assert_failed(&s, "c", "timeout", 300);
        assert_close(cloud_client(&s, "b", "latency_ms.mean") +
                         cloud_client(&s, "d", "latency_ms.mean"),
                     5000 - 400, 1e-5);
        assert_true(cloud_service(&s, "shop", "by_outcome.abandoned") == 1);
        text_close(&t);
        scenario_close(&s);
    }
}

#define CHAIN(front, back)                                                                         \
    RUN("60s")                                                                                     \
    SERVICE("front", "'workers': 1," front, "'x': [" ASK("back x", "") "]")                        \
        SERVICE("back", "'workers': 1," back, SECOND)                                              \
            CALL("x", "front x", "0", ", 'timeout': '1s'") CALL("s", "back s", "500", "")
#define CANCEL "'onAbandon': 'cancel',"

static void cancelling_reaches_everything_downstream(void **state)
{
    (void)state;
    struct scenario s = cloud_run(CHAIN(CANCEL, CANCEL));
    assert_failed(&s, "x", "timeout", 1000);
    assert_took(&s, "s", 2000 - 500);
    assert_true(cloud_service(&s, "front", "by_outcome.abandoned") == 1);
    assert_true(cloud_service(&s, "back", "by_outcome.abandoned") == 1);
    scenario_close(&s);
}

static void each_service_declares_for_itself(void **state)
{
    (void)state;
    struct scenario s = cloud_run(CHAIN(CANCEL, ""));
    assert_took(&s, "s", 11000 - 500); /* the back works on for nobody */
    assert_true(cloud_service(&s, "front", "by_outcome.abandoned") == 1);
    assert_true(cloud_service(&s, "back", "wasted") == 1);
    scenario_close(&s);
    s = cloud_run(CHAIN("", CANCEL)); /* the front goes on waiting, so nobody cancels the back */
    assert_took(&s, "s", 11000 - 500);
    assert_true(cloud_service(&s, "front", "wasted") == 1);
    assert_true(cloud_service(&s, "back", "by_outcome.abandoned") == 0);
    scenario_close(&s);
}

static void a_call_cancelled_on_its_way_never_arrives(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP(CANCEL) ", {'kind': 'network', 'internet': '100ms'}" CALL(
        "a", "shop s", "0", ", 'timeout': '50ms'") CALL("b", "shop s", "500", ""));
    assert_failed(&s, "a", "timeout", 50);
    assert_took(&s, "b", 1200);
    assert_true(cloud_service(&s, "shop", "received") == 1);
    scenario_close(&s);
}

static void a_deadline_travels_to_the_children(void **state)
{
    (void)state;
    /* The back is busy to 2 s; the front asks it at 0.1 s with what is left of its client's 1 s. */
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("front", "", "'s': [" WORK("100ms") "," ASK("back s", "") "]")
            SERVICE("back", "'workers': 1, 'dropExpired': true,", "'s': [" WORK("2s") "]")
                CALL("busy", "back s", "0", "") CALL("a", "front s", "1", ", 'timeout': '1s'")
                    CALL("b", "front s", "2", ""));
    assert_took(&s, "busy", 2000);
    assert_failed(&s, "a", "timeout", 1000);
    assert_took(&s, "b", 4000 - 2); /* without a deadline it waits its turn */
    assert_true(cloud_service(&s, "back", "by_outcome.expired") == 1);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_turns_calls_away_at_once),
        cmocka_unit_test(without_a_queue_only_the_free_are_served),
        cmocka_unit_test(an_impatient_call_leaves_the_queue_but_not_the_worker),
        cmocka_unit_test(a_queue_that_drops_the_late_works_for_nobody_in_vain),
        cmocka_unit_test(work_that_finishes_is_really_done_and_counted_as_wasted),
        cmocka_unit_test(cancelling_frees_the_worker_at_that_instant),
        cmocka_unit_test(cancelling_takes_a_waiting_call_out_of_any_queue),
        cmocka_unit_test(cancelling_reaches_everything_downstream),
        cmocka_unit_test(each_service_declares_for_itself),
        cmocka_unit_test(a_call_cancelled_on_its_way_never_arrives),
        cmocka_unit_test(a_deadline_travels_to_the_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
