/* test_learned.c - a quantile learned in constant space is near the exact one, and forgets. */
#include "traffic/learned.h"

#include "base/arena.h"
#include "orrery/rng.h"
#include "orrery/time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct learned_rule p95 = { 0.95, 15 * NS_PER_S, 100 };

struct fixture {
    struct arena *arena;
    struct learned l;
};

static struct fixture fixture(void)
{
    return (struct fixture){ .arena = arena_open() };
}

static void add(struct fixture *f, const struct learned_rule *rule, int64_t now_ns, int64_t value_ns)
{
    learned_add(&f->l, rule, f->arena, now_ns, value_ns);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void it_is_near_the_samples_own(void **state)
{
    (void)state;
    static const double quantiles[] = { 0.5, 0.9, 0.95, 0.99 };
    static int64_t values[10000];
    for (int i = 0; i < 80; i++) {
        struct learned_rule rule = { quantiles[i % 4], 3600 * NS_PER_S, 10000 };
        struct fixture f = fixture();
        struct rng r = rng_open((uint64_t)i);
        for (int n = 0; n < 10000; n++) {
            values[n] = (int64_t)(-log(1 - rng_uniform(&r)) * 10e6);
            add(&f, &rule, 0, values[n]);
        }
        qsort(values, 10000, sizeof *values, ascending);
        double exact = (double)values[(int)(rule.quantile * 10000)];
        assert_true(fabs((double)f.l.value_ns / exact - 1) < 0.01);
        arena_close(f.arena);
    }
}

static void it_says_nothing_before_it_has_seen_enough(void **state)
{
    (void)state;
    struct fixture f = fixture();
    for (int n = 0; n < 99; n++)
        add(&f, &p95, 0, n * NS_PER_MS);
    assert_int_equal(f.l.value_ns, 0);
    add(&f, &p95, 0, 99 * NS_PER_MS);
    assert_in_range(f.l.value_ns, 90 * NS_PER_MS, 99 * NS_PER_MS);
    arena_close(f.arena);
}

static void what_happened_two_windows_ago_is_forgotten(void **state)
{
    (void)state;
    struct fixture f = fixture();
    for (int64_t second = 0; second < 31; second++)
        for (int n = 0; n < 100; n++)
            add(&f, &p95, second * NS_PER_S, (second < 15 ? 1000 : 10) * NS_PER_MS);
    assert_in_range(f.l.value_ns, 9 * NS_PER_MS, 11 * NS_PER_MS);
    arena_close(f.arena);
}

static void a_window_with_too_few_values_does_not_replace_a_good_one(void **state)
{
    (void)state;
    struct fixture f = fixture();
    for (int n = 0; n < 1000; n++)
        add(&f, &p95, 0, 10 * NS_PER_MS);
    for (int64_t window = 1; window < 90; window++)
        add(&f, &p95, window * p95.window_ns, 5000 * NS_PER_MS);
    assert_in_range(f.l.value_ns, 9 * NS_PER_MS, 11 * NS_PER_MS);
    arena_close(f.arena);
}

static void times_beyond_all_buckets_count_in_the_last_ones(void **state)
{
    (void)state;
    struct fixture f = fixture();
    for (int n = 0; n < 100; n++)
        add(&f, &p95, 0, n % 2 ? 0 : INT64_MAX);
    assert_true(f.l.value_ns > 1000 * NS_PER_S);
    arena_close(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_near_the_samples_own),
        cmocka_unit_test(it_says_nothing_before_it_has_seen_enough),
        cmocka_unit_test(what_happened_two_windows_ago_is_forgotten),
        cmocka_unit_test(a_window_with_too_few_values_does_not_replace_a_good_one),
        cmocka_unit_test(times_beyond_all_buckets_count_in_the_last_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
