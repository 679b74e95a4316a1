/* test_tied.c - one call in several queues: the first server to begin it is the only one. */
#include "../support/cloud.h"

#define WORKS "'s': [" WORK("1s") "], 'm': [" WORK("2s") "], 'x': [" WORK("10s") "]"
#define SHOP                                                                                       \
    RUN("60s") SERVICE("shop", "'replicas': 2, 'workers': 1, 'onAbandon': 'cancel',", WORKS)
#define TIED(more) ", 'filters': [{'kind': 'tied'" more "}]"
/* Both pods are busy to 10 s, and a call waits in the queue of the first (each client of one call
 * begins there). */
#define BUSY                                                                                       \
    ", {'kind': 'client', 'name': 'busy', 'target': 'shop x', 'users': 2, 'start': '0s', "         \
    "'stop': '1us'}" CALL("ahead", "shop s", "50", "")

static double guard(const struct scenario *s, const char *metric)
{
    return scenario_figure(s, "guards", "tied > shop s tied", metric);
}

static void it_is_served_where_it_can_be_first_and_leaves_the_other_queue(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP BUSY CALL("tied", "shop s", "100", TIED(""))
                                      CALL("behind", "shop s", "200", ""));
    assert_took(&s, "ahead", 11000 - 50);
    assert_took(&s, "tied", 11000 - 100);   /* at the second pod; alone it would be 12000 */
    assert_took(&s, "behind", 12000 - 200); /* as if the tied call had never stood before it */
    assert_true(guard(&s, "extra") == 1 && guard(&s, "withdrawn") == 1);
    assert_true(guard(&s, "both_begun") == 0);
    assert_true(cloud_service(&s, "shop", "by_outcome.abandoned") == 1);
    assert_close(cloud_service(&s, "shop", "cpu_cores"), 23.0 / 60, 1e-9);
    scenario_close(&s);
}

static void an_idle_server_begins_it_before_a_second_is_asked(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP CALL("tied", "shop s", "100", TIED("")));
    assert_took(&s, "tied", 1000);
    assert_true(guard(&s, "extra") == 0);
    scenario_close(&s);
}

#define NETWORK ", {'kind': 'network', 'internet': '1ms'}"

static void over_a_network_two_idle_servers_may_both_begin(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP NETWORK CALL("tied", "shop s", "100", TIED(", 'cancelDelay': '0.5ms'")));
    assert_took(&s, "tied", 1002);
    assert_true(guard(&s, "extra") == 1 && guard(&s, "withdrawn") == 0);
    assert_true(guard(&s, "both_begun") == 1);
    scenario_close(&s);
}

static void twice_the_networks_delay_keeps_them_from_it(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(SHOP NETWORK CALL("tied", "shop s", "100", TIED(", 'delay': '2ms'")));
    assert_took(&s, "tied", 1002);
    assert_true(guard(&s, "extra") == 0);
    scenario_close(&s);
}

static void a_call_that_is_late_to_begin_is_sent_on_under_way(void **state)
{
    (void)state;
    struct scenario s = cloud_run(SHOP NETWORK BUSY CALL("tied", "shop s", "100",
                                                         TIED(", 'delay': '2ms', 'cancelDelay': "
                                                              "'0.5ms'")));
    assert_took(&s, "tied", 11002 - 100); /* begun at 10.001 s at the second pod */
    assert_true(guard(&s, "extra") == 1 && guard(&s, "withdrawn") == 1);
    scenario_close(&s);
}

static void a_full_queue_here_is_no_failure_while_it_waits_there(void **state)
{
    (void)state;
    struct scenario s =
        cloud_run(RUN("60s") SERVICE("shop",
                                     "'replicas': 2, 'workers': 1, 'queueLimit': 1, 'onAbandon': "
                                     "'cancel',",
                                     WORKS) BUSY CALL("tied", "shop s", "100", TIED("")));
    assert_took(&s, "tied", 11000 - 100);
    scenario_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_served_where_it_can_be_first_and_leaves_the_other_queue),
        cmocka_unit_test(an_idle_server_begins_it_before_a_second_is_asked),
        cmocka_unit_test(over_a_network_two_idle_servers_may_both_begin),
        cmocka_unit_test(twice_the_networks_delay_keeps_them_from_it),
        cmocka_unit_test(a_call_that_is_late_to_begin_is_sent_on_under_way),
        cmocka_unit_test(a_full_queue_here_is_no_failure_while_it_waits_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
