/* test_discipline.c - who is served next: the order of every discipline, by hand-computed times.
 *
 * One worker, calls of known work at known moments: each latency has one right value. */
#include "../support/cloud.h"

#define ONE_WORKER(discipline) "'workers': 1, 'discipline': " discipline ","
#define WORKS                                                                                      \
    "'s': [" WORK("1s") "], 'm': [" WORK("2s") "], 'l': [" WORK("3s") "], 'x': [" WORK("10s") "]"
#define SHOP(discipline) RUN("60s") SERVICE("shop", ONE_WORKER(discipline), WORKS)
/* A call of 3 s at 0, then three that wait: long at 100 ms, short at 200, middle at 300. */
#define FOUR                                                                                       \
    CALL("first", "shop l", "0", "")                                                               \
    CALL("long", "shop l", "100", ", 'priority': 1") CALL("short", "shop s", "200", "")            \
        CALL("middle", "shop m", "300", ", 'priority': 2")

static void fifo_serves_in_order_of_arrival(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'fifo'") FOUR);
    assert_took(&s, "first", 3000);
    assert_took(&s, "long", 6000 - 100);
    assert_took(&s, "short", 7000 - 200);
    assert_took(&s, "middle", 9000 - 300);
    scenario_close(&s);
}

static void lifo_serves_the_latest_and_interrupts_nobody(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'lifo'") FOUR);
    assert_took(&s, "first", 3000);
    assert_took(&s, "middle", 5000 - 300);
    assert_took(&s, "short", 6000 - 200);
    assert_took(&s, "long", 9000 - 100);
    scenario_close(&s);
}

static void priority_serves_the_most_important_first(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'priority'") FOUR);
    assert_took(&s, "first", 3000); /* priority 0, but running: not interrupted */
    assert_took(&s, "middle", 5000 - 300);
    assert_took(&s, "long", 8000 - 100);
    assert_took(&s, "short", 9000 - 200);
    assert_true(cloud_service(&s, "shop", "interrupted") == 0);
    scenario_close(&s);
}

static void equal_priorities_keep_the_order_of_arrival(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'priority'") CALL("a", "shop l", "0", "") CALL(
        "b", "shop l", "1", "") CALL("c", "shop s", "2", "") CALL("d", "shop m", "3", ""));
    assert_took(&s, "b", 6000 - 1);
    assert_took(&s, "c", 7000 - 2);
    assert_took(&s, "d", 9000 - 3);
    scenario_close(&s);
}

#define PREEMPTIVE "{'kind': 'priority', 'preemptive': true}"

static void an_interrupted_call_resumes_with_exactly_the_work_left(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP(PREEMPTIVE) FOUR);
    /* first 0-0.1, long 0.1-0.3, middle 0.3-2.3, long 2.3-5.1, first 5.1-8, short 8-9. */
    assert_took(&s, "middle", 2000);
    assert_took(&s, "long", 5000);
    assert_took(&s, "first", 8000);
    assert_took(&s, "short", 9000 - 200);
    assert_true(cloud_service(&s, "shop", "interrupted") == 2);
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 9.0 / 60, 1e-9);
    scenario_close(&s);
}

static void a_call_interrupted_many_times_loses_nothing(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP(PREEMPTIVE) CALL("victim", "shop l", "0", "")
                                      CALL("a", "shop s", "500", ", 'priority': 1")
                                          CALL("b", "shop s", "1700", ", 'priority': 1")
                                              CALL("c", "shop s", "2900", ", 'priority': 1"));
    assert_took(&s, "a", 1000);
    assert_took(&s, "b", 1000);
    assert_took(&s, "c", 1000);
    assert_took(&s, "victim", 6000);
    assert_true(cloud_service(&s, "shop", "interrupted") == 3);
    scenario_close(&s);
}

static void sjf_serves_the_shortest_and_interrupts_nobody(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'sjf'") FOUR);
    assert_took(&s, "first", 3000);
    assert_took(&s, "short", 4000 - 200);
    assert_took(&s, "middle", 6000 - 300);
    assert_took(&s, "long", 9000 - 100);
    scenario_close(&s);
}

static void srpt_serves_what_is_done_soonest(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'srpt'") FOUR);
    /* first 0-0.2 (2.8 left), short 0.2-1.2, middle 1.2-3.2, first 3.2-6, long 6-9. */
    assert_took(&s, "short", 1000);
    assert_took(&s, "middle", 3200 - 300);
    assert_took(&s, "first", 6000);
    assert_took(&s, "long", 9000 - 100);
    assert_true(cloud_service(&s, "shop", "interrupted") == 1);
    scenario_close(&s);
}

static void srpt_counts_what_is_left_not_what_was_asked(void **state)
{
    (void)state;
    /* At 9.5 s the 10 s call has 0.5 s left: a call of 1 s must wait for it. */
    struct scenario s =
        cloud_run(SHOP("'srpt'") CALL("x", "shop x", "0", "") CALL("s", "shop s", "9500", ""));
    assert_took(&s, "x", 10000);
    assert_took(&s, "s", 1500);
    assert_true(cloud_service(&s, "shop", "interrupted") == 0);
    scenario_close(&s);
}

static void with_two_workers_the_one_with_most_left_gives_way(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") SERVICE("shop", "'workers': 2, 'discipline': 'srpt',", WORKS) CALL(
            "x", "shop x", "0", "") CALL("l", "shop l", "0", "") CALL("s", "shop s", "1000", ""));
    assert_took(&s, "s", 1000);
    assert_took(&s, "l", 3000);
    assert_took(&s, "x", 11000);
    scenario_close(&s);
}

/* On a node that must be shared calls are interrupted too: 2 cores of demand, 1 core there. */
static void interrupting_works_on_shared_nodes(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") ", {'kind': 'nodepool', 'name': 'n', 'count': 1, 'cpu': 1, 'memory': "
                             "'1Gi'}" SERVICE("shop", "'workers': 1, 'discipline': 'srpt',", WORKS)
                                 CALL("x", "shop x", "0", "") CALL("s", "shop s", "2000", ""));
    assert_took(&s, "s", 1000);
    assert_took(&s, "x", 11000);
    assert_true(cloud_service(&s, "shop", "interrupted") == 1);
    scenario_close(&s);
}

static void processor_sharing_is_exact(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("'ps'") CALL("a", "shop s", "0", "") CALL("b", "shop s", "500", ""));
    assert_took(&s, "a", 1500);
    assert_took(&s, "b", 1500);
    scenario_close(&s);
}

static void shares_change_with_every_arrival_and_departure(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("'ps'") FOUR);
    /* first alone to 0.1, with long to 0.2, with short to 0.3, with middle then:
     * done 0.1 + 0.05 + 0.033.. | long 0.05 + 0.033.. | short 0.033.. at 0.3, a quarter each.
     * short ends after 4 x 0.9666.. = 3.8666.. at 4.1666..; then thirds: middle has 1.0333..
     * left, ends at 7.2666..; then halves: first has 3 - 0.18333.. - 2 = 0.81666.., ends at 8.9;
     * long alone has 0.1 left, ends at 9. */
    assert_close(cloud_client(&s, "short", "latency_ms.mean"), 4166.666667 - 200, 1e-5);
    assert_close(cloud_client(&s, "middle", "latency_ms.mean"), 7266.666667 - 300, 1e-5);
    assert_close(cloud_client(&s, "first", "latency_ms.mean"), 8900, 1e-5);
    assert_close(cloud_client(&s, "long", "latency_ms.mean"), 9000 - 100, 1e-5);
    scenario_close(&s);
}

static void an_interrupted_call_keeps_its_place_among_equals(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP(PREEMPTIVE) CALL("a", "shop l", "0", "") CALL(
        "b", "shop l", "100", "") CALL("high", "shop s", "1000", ", 'priority': 1"));
    /* a 0-1, high 1-2, a 2-4, b 4-7. */
    assert_took(&s, "high", 1000);
    assert_took(&s, "a", 4000);
    assert_took(&s, "b", 7000 - 100);
    scenario_close(&s);
}

static void of_equals_the_latest_gives_way_and_the_earliest_resumes(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "'workers': 3, 'discipline': " PREEMPTIVE ",", WORKS)
            CALL("done", "shop s", "0", "") CALL("a", "shop l", "10", "")
                CALL("b", "shop l", "20", "") CALL("c", "shop l", "1500", "") /* where done was */
        CALL("d", "shop l", "1600", "") CALL("high", "shop l", "2000", ", 'priority': 1")
            CALL("higher", "shop s", "2500", ", 'priority': 1"));
    /* c gives way to high at 2, b to higher at 2.5. When a is done b goes on, c where higher was, and
     * d where b was. */
    assert_took(&s, "a", 3000);
    assert_took(&s, "b", 3530 - 20);
    assert_took(&s, "c", 6000 - 1500);
    assert_took(&s, "d", 6530 - 1600);
    assert_took(&s, "high", 3000);
    scenario_close(&s);
}

static void sharing_pods_give_each_call_one_core_at_most(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") SERVICE("shop", "'workers': 2, 'discipline': 'ps',", WORKS) CALL(
            "a", "shop s", "0", "") CALL("b", "shop s", "0", "") CALL("c", "shop s", "500", ""));
    /* Two cores: a and b at full speed to 0.5; then three calls on two cores, two thirds each:
     * a and b end at 1.25, c has half left and a core of its own, ends at 1.75. */
    assert_took(&s, "a", 1250);
    assert_took(&s, "b", 1250);
    assert_took(&s, "c", 1250);
    scenario_close(&s);
}

static void what_sharing_cannot_do_is_refused(void **state)
{
    (void)state;
    cloud_refused(RUN("1s") SERVICE("shop", "'discipline': 'ps', 'queueLimit': 3,", WORKS),
                  "queueLimit");
    cloud_refused(RUN("1s") SERVICE("shop", "'discipline': 'ps', 'queueTimeout': '1s',", WORKS),
                  "queueTimeout");
    cloud_refused(RUN("1s") SERVICE("shop", "'discipline': 'ps', 'dropExpired': true,", WORKS),
                  "dropExpired");
    cloud_refused(RUN("1s") SERVICE("shop",
                                    "'workers': 4, 'discipline': 'srpt', 'resources': "
                                    "{'limits': {'cpu': 2}},",
                                    WORKS),
                  "a core for every worker");
    cloud_refused(RUN("1s") SERVICE("shop", "'discipline': 'fifi',", WORKS), "did you mean 'fifo'");
}

/* ------------------------------------------------------------------------- queues that shed */

#define CODEL(more) "{'kind': 'codel', 'target': '500ms', 'interval': '10s'" more "}"

static void codel_lets_a_burst_wait_as_long_as_the_queue_empties(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP(CODEL("")) FOUR);
    assert_took(&s, "long", 6000 - 100); /* 2.9 s in a queue that was empty 2.9 s ago */
    assert_took(&s, "middle", 9000 - 300);
    scenario_close(&s);
}

static void codel_gives_who_joins_a_standing_queue_the_target_only(void **state)
{
    (void)state;
    /* The queue stands from 0.1 s on. Who joins at 2.5 s may wait 4 s, and is served at 6; who joins
     * at 5 s 500 ms, which is over at 9; who joins at 8.7 is served then. */
    struct scenario s = cloud_run(
        SHOP("{'kind': 'codel', 'target': '500ms', 'interval': '4s'}")
            CALL("busy", "shop l", "0", "") CALL("a", "shop l", "100", "")
                CALL("b", "shop l", "2500", "") CALL("late", "shop s", "5000", "")
                    CALL("timely", "shop s", "8700", ""));
    assert_took(&s, "b", 6500);
    assert_failed(&s, "late", "overloaded", 4000);
    assert_took(&s, "timely", 1300);
    assert_true(cloud_service(&s, "shop", "by_outcome.overloaded") == 1);
    scenario_close(&s);
}

static void codel_sheds_after_the_interval_whoever_came_before_the_backlog(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP("{'kind': 'codel', 'target': '500ms', 'interval': '2s'}")
                                      CALL("busy", "shop l", "0", "") CALL("a", "shop s", "900", "")
                                          CALL("b", "shop s", "1100", ""));
    assert_failed(&s, "a", "overloaded", 2100);
    assert_took(&s, "b", 2900); /* 1.9 s in the queue */
    scenario_close(&s);
}

static void adaptive_lifo_serves_the_newest_only_in_a_backlog(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP("{'kind': 'adaptiveLifo', 'interval': '2.85s'}") FOUR);
    assert_took(&s, "first", 3000); /* the queue stands since 0.1: 2.9 s */
    assert_took(&s, "middle", 5000 - 300);
    assert_took(&s, "short", 6000 - 200);
    assert_took(&s, "long", 9000 - 100);
    scenario_close(&s);
    s = cloud_run(SHOP("{'kind': 'adaptiveLifo', 'interval': '10s'}") FOUR);
    assert_took(&s, "long", 6000 - 100);
    assert_took(&s, "middle", 9000 - 300);
    scenario_close(&s);
}

static void codel_with_adaptive_lifo_serves_the_newest_in_time(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        SHOP("{'kind': 'codel', 'target': '1500ms', 'interval': '2s', 'adaptiveLifo': true}")
            CALL("busy", "shop l", "0", "") CALL("old", "shop s", "100", "")
                CALL("new", "shop s", "2900", ""));
    assert_took(&s, "new", 1100);
    assert_failed(&s, "old", "overloaded", 3900);
    scenario_close(&s);
}

#define EVICTING "{'kind': 'priority', 'evict': true}"

static void a_full_queue_sheds_the_least_important(void **state)
{
    (void)state;
    struct scenario s = cloud_run(
        RUN("60s") SERVICE("shop", "'queueLimit': 2," ONE_WORKER(EVICTING), WORKS)
            CALL("busy", "shop l", "0", "") CALL("low", "shop s", "100", "")
                CALL("mid", "shop s", "200", ", 'priority': 1")
                    CALL("equal", "shop s", "300", "") /* no more important than the least */
        CALL("high", "shop s", "400", ", 'priority': 2"));
    assert_failed(&s, "equal", "overloaded", 0);
    assert_failed(&s, "low", "overloaded", 300);
    assert_took(&s, "high", 3600);
    assert_took(&s, "mid", 4800);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifo_serves_in_order_of_arrival),
        cmocka_unit_test(lifo_serves_the_latest_and_interrupts_nobody),
        cmocka_unit_test(priority_serves_the_most_important_first),
        cmocka_unit_test(equal_priorities_keep_the_order_of_arrival),
        cmocka_unit_test(an_interrupted_call_resumes_with_exactly_the_work_left),
        cmocka_unit_test(a_call_interrupted_many_times_loses_nothing),
        cmocka_unit_test(an_interrupted_call_keeps_its_place_among_equals),
        cmocka_unit_test(of_equals_the_latest_gives_way_and_the_earliest_resumes),
        cmocka_unit_test(sjf_serves_the_shortest_and_interrupts_nobody),
        cmocka_unit_test(srpt_serves_what_is_done_soonest),
        cmocka_unit_test(srpt_counts_what_is_left_not_what_was_asked),
        cmocka_unit_test(with_two_workers_the_one_with_most_left_gives_way),
        cmocka_unit_test(interrupting_works_on_shared_nodes),
        cmocka_unit_test(processor_sharing_is_exact),
        cmocka_unit_test(shares_change_with_every_arrival_and_departure),
        cmocka_unit_test(sharing_pods_give_each_call_one_core_at_most),
        cmocka_unit_test(what_sharing_cannot_do_is_refused),
        cmocka_unit_test(codel_lets_a_burst_wait_as_long_as_the_queue_empties),
        cmocka_unit_test(codel_gives_who_joins_a_standing_queue_the_target_only),
        cmocka_unit_test(codel_sheds_after_the_interval_whoever_came_before_the_backlog),
        cmocka_unit_test(adaptive_lifo_serves_the_newest_only_in_a_backlog),
        cmocka_unit_test(codel_with_adaptive_lifo_serves_the_newest_in_time),
        cmocka_unit_test(a_full_queue_sheds_the_least_important),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
