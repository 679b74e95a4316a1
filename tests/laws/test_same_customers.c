/* test_same_customers.c - two variants of a scenario see the same customers doing the same work.
 *
 * Another balancer, retry policy, timeout or neighbour changes what becomes of a call, never when
 * it comes nor what it asks for: compared call by call, from the traces. */
#include "trace.h"

#define MS(mean) "{'kind': 'cpu', 'work': " EXPONENTIAL(mean) "}"
#define FAILS "{'kind': 'fail', 'probability': '5%%'}"

struct variant {
    const char *balancer, *client, *call, *more;
};

/* Three services, two ways through them, failures in the last. */
static struct facts run(const struct variant *v)
{
    struct text t = { 0 };
    text_format(
        &t,
        RUN("60s") "%s, {'kind': 'service', 'name': 'shop', 'replicas': 3, 'workers': 2, %s "
                   "'endpoints': {'/': [" MS(
                       "4ms") ", {'kind': 'branch', '#': ["
                              "{'kind': 'option', 'weight': 1, '#': [{'kind': 'call', '#': ['cart "
                              "/'] %s}]}, "
                              "{'kind': 'option', 'weight': 1, '#': [{'kind': 'parallel', '#': ["
                              "{'kind': 'call', '#': ['cart /'] %s}, {'kind': 'call', '#': ['redis "
                              "/']}]}]}]}," MS(
                                  "1ms") "]}}, {'kind': 'service', 'name': 'cart', 'replicas': 2, "
                                         "'workers': 2, %s "
                                         "'endpoints': {'/': [" MS(
                                             "3ms") ", {'kind': 'call', '#': ['redis /'] "
                                                    "%s}]}}" SERVICE("redis", "'workers': 4,",
                                                                     "'/': [" MS(
                                                                         "2ms") "," FAILS
                                                                                "]") ", {'kind': "
                                                                                     "'client', "
                                                                                     "'name': "
                                                                                     "'u-open', "
                                                                                     "'target': "
                                                                                     "'shop /', "
                                                                                     "'rate': "
                                                                                     "'200/s' %s}"
                                                                                     ", {'kind': "
                                                                                     "'client', "
                                                                                     "'name': "
                                                                                     "'u-mixed', "
                                                                                     "'mix': "
                                                                                     "{'cart /': "
                                                                                     "2, 'redis "
                                                                                     "/': 1}, "
                                                                                     "'rate': "
                                                                                     "'50/s' %s}",
        v->more ? v->more : "", v->balancer ? v->balancer : "", v->call ? v->call : "",
        v->call ? v->call : "", v->balancer ? v->balancer : "", v->call ? v->call : "",
        v->client ? v->client : "", v->client ? v->client : "");
    struct facts f = facts_of(text_data(&t));
    text_close(&t);
    return f;
}

static void the_same(struct variant a, struct variant b)
{
    struct facts x = run(&a), y = run(&b);
    struct agreement g = facts_compare(&x, &y);
    facts_compare(&y, &x);
    assert_true(g.arrivals_a > 14000);
    assert_int_equal(g.arrivals_a, g.arrivals_both); /* every customer, in both, at one time */
    assert_true(g.works_both > g.works_a * 8 / 10);  /* what both got to was the same work */
    free(x.items);
    free(y.items);
}

static void with_another_balancer(void **state)
{
    (void)state;
    the_same((struct variant){ .balancer = "'balancer': 'roundRobin'," },
             (struct variant){ .balancer = "'balancer': 'random'," });
    the_same((struct variant){ .balancer = "'balancer': 'random'," },
             (struct variant){ .balancer = "'balancer': 'leastRequest'," });
}

static void with_retries_or_without(void **state)
{
    (void)state;
    the_same((struct variant){ 0 },
             (struct variant){ .client = ", 'retry': {'attempts': 3, 'backoff': '10ms'}" });
    the_same((struct variant){ 0 }, (struct variant){ .call = ", 'retry': {'attempts': 4}" });
    the_same((struct variant){ .client = ", 'retry': {'attempts': 3, 'jitter': 'full'}" },
             (struct variant){ .client = ", 'retry': {'attempts': 3, 'jitter': 'none'}" });
}

static void with_another_timeout(void **state)
{
    (void)state;
    the_same((struct variant){ .client = ", 'timeout': '1s'" },
             (struct variant){ .client = ", 'timeout': '30ms'" });
    the_same((struct variant){ .call = ", 'timeout': '1s'" },
             (struct variant){ .call = ", 'timeout': '20ms', 'retry': {'attempts': 2}" });
}

static void with_an_unrelated_neighbour(void **state)
{
    (void)state;
    the_same((struct variant){ 0 },
             (struct variant){ .more = SERVICE("another", "'replicas': 5,", "'/': [" MS("1ms") "]")
                                   OPEN("stranger", "another /", "500/s", "") });
}

static void while_something_breaks(void **state)
{
    (void)state;
    the_same((struct variant){ 0 },
             (struct variant){
                 .more = AT("20s", "{'kind': 'crash', 'service': 'cart'}")
                     AT("30s", "{'kind': 'slow', 'target': 'redis', 'latency': " EXPONENTIAL(
                                   "5ms") ", 'duration': '10s'}") });
    the_same((struct variant){ .more = AT("10s", SCALE("shop", 5)) },
             (struct variant){ .more = AT("15s", SCALE("shop", 2)) });
}

static void with_another_discipline_or_network(void **state)
{
    (void)state;
    the_same((struct variant){ .balancer = "'discipline': 'lifo'," },
             (struct variant){ .balancer = "'discipline': 'ps'," });
    the_same(
        (struct variant){ 0 },
        (struct variant){ .more = ", {'kind': 'network', 'latency': '1ms', 'internet': '0s'}" });
}

/* Users come when they have been answered, but what their n-th call asks for is settled. */
static void users_ask_for_the_same_however_fast_they_are_served(void **state)
{
    (void)state;
#define USERS(workers)                                                                             \
    RUN("60s")                                                                                     \
    SERVICE("shop", "'workers': " workers ",",                                                     \
            "'/': [" MS("4ms") "," MS(                                                             \
                "1ms") "]") ", {'kind': 'client', 'name': 'u', 'target': 'shop /', 'users': 20, "  \
                            "'think': " EXPONENTIAL("100ms") "}"
    struct facts a = facts_of(USERS("1")), b = facts_of(USERS("4"));
    struct agreement g = facts_compare(&a, &b);
    assert_int_equal(g.works_both, g.works_a); /* the slow one got through less, of the same */
    assert_true(b.count > a.count);
    free(a.items);
    free(b.items);
}

static void another_seed_has_other_customers(void **state)
{
    (void)state;
    struct facts a = facts_of(RUN("10s") SERVICE("s", "", "'/': [" MS("4ms") "]")
                                  OPEN("u-c", "s /", "100/s", "")),
                 b = facts_of(RUN("10s") SERVICE("s", "", "'/': [" MS("4ms") "]")
                                  OPEN("u-d", "s /", "100/s", ""));
    assert_true(a.count > 1500);
    assert_int_equal(facts_compare(&a, &b).works_both, 0); /* another name is another stream */
    free(a.items);
    free(b.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_another_balancer),
        cmocka_unit_test(with_retries_or_without),
        cmocka_unit_test(with_another_timeout),
        cmocka_unit_test(with_an_unrelated_neighbour),
        cmocka_unit_test(while_something_breaks),
        cmocka_unit_test(with_another_discipline_or_network),
        cmocka_unit_test(users_ask_for_the_same_however_fast_they_are_served),
        cmocka_unit_test(another_seed_has_other_customers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
