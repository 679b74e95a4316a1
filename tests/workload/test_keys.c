/* test_keys.c - for what a client asks: mixes by weight, keys by popularity, pods by hash. */
#include "../support/small_world.h"

#include "base/arena.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MS NS_PER_MS

#define CLIENT(name, fields) "{\"kind\": \"client\", \"name\": \"" name "\", " fields "}"
#define SHOP "\"target\": \"shop GET /\", "

static void a_mix_draws_by_weight(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(CLIENT("user", "\"mix\": {\"shop GET /\": 7, \"shop GET /cart\": 3}, "
                                        "\"rate\": {\"kind\": \"metronome\", \"batch\": 10000}"),
                         &(struct small_options){ .unchecked = true });
    small_world_run(s, 0);
    uint32_t carts = 0;
    for (uint32_t i = 0; i < 10000; i++)
        carts += s->stub.offers[i].operation;
    assert_in_range(carts, 3000 - 184, 3000 + 184); /* 4 deviations */
    small_world_close(s);
}

static void a_weight_of_zero_is_never_drawn(void **state)
{
    (void)state;
    struct small_world *s =
        small_world_open(CLIENT("user", "\"mix\": {\"shop GET /\": 0, \"shop GET /cart\": 0.1}, "
                                        "\"rate\": {\"kind\": \"metronome\", \"batch\": 5000}"),
                         &(struct small_options){ .unchecked = true });
    small_world_run(s, 0);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(s->stub.offers[i].operation, 1);
    small_world_close(s);
}

static void count_keys(const char *keys, uint32_t *counts, uint32_t n)
{
    struct arena *a = arena_open();
    const char *scenario = arena_format(
        a,
        CLIENT("user", SHOP "\"rate\": {\"kind\": \"metronome\", \"batch\": 20000}, \"keys\": %s"),
        keys);
    struct small_world *s =
        small_world_open(scenario, &(struct small_options){ .unchecked = true });
    small_world_run(s, 0);
    memset(counts, 0, n * sizeof *counts);
    for (uint32_t i = 0; i < 20000; i++) {
        assert_true(s->stub.offers[i].customer < n);
        counts[s->stub.offers[i].customer]++;
    }
    small_world_close(s);
    arena_close(a);
}

/* The statistic of 20,000 draws against P(k) ~ (k+1)^-s; its mean is n - 1. */
static double zipf_chi_square(const uint32_t *counts, uint32_t n, double s)
{
    double sum = 0, chi = 0;
    for (uint32_t k = 1; k <= n; k++)
        sum += pow(k, -s);
    for (uint32_t k = 1; k <= n; k++) {
        double expected = 20000 * pow(k, -s) / sum, off = counts[k - 1] - expected;
        chi += off * off / expected;
    }
    return chi;
}

static void zipf_keys_follow_zipfs_law(void **state)
{
    (void)state;
    static const char *const exponents[] = { "0", "0.5", "0.99", "1", "1.0000001", "1.5", "2" };
    uint32_t counts[50];
    for (uint32_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
        char keys[80];
        snprintf(keys, sizeof keys, "{\"kind\": \"zipf\", \"n\": 50, \"s\": %s}", exponents[i]);
        count_keys(keys, counts, 50);
        assert_true(zipf_chi_square(counts, 50, atof(exponents[i])) < 49 + 4 * sqrt(2 * 49));
    }
}

static void zipf_can_be_very_steep_very_wide_or_single(void **state)
{
    (void)state;
    static uint32_t counts[1000000];
    count_keys("{\"kind\": \"zipf\", \"n\": 3, \"s\": 20}", counts, 3);
    assert_in_range(counts[0], 19990, 20000);
    count_keys("{\"kind\": \"zipf\", \"n\": 1}", counts, 1);
    assert_int_equal(counts[0], 20000);
    count_keys("{\"kind\": \"zipf\", \"n\": 1000000, \"s\": 1}", counts, 1000000);
    /* P(0) = 1 / H(1e6) = 1 / 14.3927 */
    assert_in_range(counts[0], 1390 - 144, 1390 + 144);
}

static void uniform_keys_are_all_alike(void **state)
{
    (void)state;
    uint32_t counts[50];
    count_keys("{\"kind\": \"uniformKeys\", \"n\": 50}", counts, 50);
    assert_true(zipf_chi_square(counts, 50, 0) < 49 + 4 * sqrt(2 * 49));
}

static void hashing_sends_a_customer_to_one_pod(void **state)
{
    (void)state;
    struct small_world *s = small_world_open(
        CLIENT("user",
               SHOP "\"balancer\": \"hash\", \"keys\": {\"kind\": \"uniformKeys\", \"n\": 40}, "
                    "\"rate\": {\"kind\": \"metronome\", \"batch\": 4000}"),
        &(struct small_options){ .pods = 5, .unchecked = true });
    small_world_run(s, 0);
    uint32_t pods[40], used[5] = { 0 };
    memset(pods, 0xff, sizeof pods);
    for (uint32_t i = 0; i < 4000; i++) {
        const struct stub_offer *x = &s->stub.offers[i];
        if (pods[x->customer] == UINT32_MAX) pods[x->customer] = x->pod;
        assert_int_equal(pods[x->customer], x->pod);
        used[x->pod]++;
    }
    for (uint32_t i = 0; i < 5; i++)
        assert_true(used[i] > 0);
    small_world_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mix_draws_by_weight),
        cmocka_unit_test(a_weight_of_zero_is_never_drawn),
        cmocka_unit_test(zipf_keys_follow_zipfs_law),
        cmocka_unit_test(zipf_can_be_very_steep_very_wide_or_single),
        cmocka_unit_test(uniform_keys_are_all_alike),
        cmocka_unit_test(hashing_sends_a_customer_to_one_pod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
