/* test_rng.c - streams are what their author says, keys depend on names alone, and the ziggurats
 * draw the laws they claim. Seeds are fixed: each bound was chosen far out (about 1 in 1e6). */
#include "base/exact.h"
#include "engine/ziggurat_tables.h"
#include "orrery/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DRAWS 400000

/* The generator as its author describes it, written from that description once more. */
static uint64_t sfc64(uint64_t s[4])
{
    uint64_t sum = s[0] + s[1] + s[3];
    s[3] = s[3] + 1;
    s[0] = s[1] ^ s[1] >> 11;
    s[1] = s[2] + s[2] * 8;
    s[2] = (s[2] << 24 | s[2] >> 40) + sum;
    return sum;
}

static void a_stream_is_sfc64(void **state)
{
    (void)state;
    uint64_t s[4] = { 99, 99, 99, 1 };
    for (int i = 0; i < 12; i++)
        sfc64(s);
    struct rng r = rng_open(99);
    for (int i = 0; i < 1000; i++)
        assert_true(rng_next(&r) == sfc64(s));
}

/* The first outputs for seed 0 as other implementations publish them (Zig's standard library). */
static void a_stream_agrees_with_published_outputs(void **state)
{
    (void)state;
    static const uint64_t outputs[] = {
        UINT64_C(0x3acfa029e3cc6041), UINT64_C(0xf5b6515bf2ee419c), UINT64_C(0x1259635894a29b61),
        UINT64_C(0x0b6ae75395f8ebd6), UINT64_C(0x225622285ce302e2), UINT64_C(0x520d28611395cb21)
    };
    struct rng r = rng_open(0);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        assert_true(rng_next(&r) == outputs[i]);
}

static void keys_depend_on_seed_replication_name_and_purpose(void **state)
{
    (void)state;
    uint64_t keys[] = {
        stream_key(seed_key(7, 0), "client a", "arrival"),
        stream_key(seed_key(8, 0), "client a", "arrival"),
        stream_key(seed_key(7, 1), "client a", "arrival"),
        stream_key(seed_key(7, 0), "client b", "arrival"),
        stream_key(seed_key(7, 0), "client a", "work"),
        stream_key(seed_key(7, 0), "arrival", "client a"),
        stream_key(seed_key(0, 7), "client a", "arrival"),
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t k = i + 1; k < sizeof keys / sizeof *keys; k++)
            assert_true(keys[i] != keys[k]);
    assert_true(keys[0] == stream_key(seed_key(7, 0), "client a", "arrival"));
}

/* Sum over cells of (seen - expected)^2 / expected, as a normal deviate (Wilson & Hilferty). */
static double chi_square_deviate(const uint32_t *seen, uint32_t cells, uint64_t total)
{
    double expected = (double)total / cells, sum = 0, dof = cells - 1;
    for (uint32_t i = 0; i < cells; i++)
        sum += (seen[i] - expected) * (seen[i] - expected) / expected;
    double spread = 2 / (9 * dof);
    return (cbrt(sum / dof) - (1 - spread)) / sqrt(spread);
}

typedef uint64_t key_of(uint64_t i);

static uint64_t plain_counter(uint64_t i)
{
    return i;
}

static uint64_t child_of_a_stream(uint64_t i)
{
    return key_child(UINT64_C(0x1234567), i);
}

static uint64_t counter_in_the_upper_half(uint64_t i)
{
    return i << 40;
}

static key_of *const key_sorts[] = { plain_counter, child_of_a_stream, counter_in_the_upper_half };
#define KEY_SORTS (sizeof key_sorts / sizeof *key_sorts)
#define KEYED_DRAWS 4

/* Draw number `a` of each key against draw `b` of the next key or of the same: 32 x 32 cells. */
static double pair_deviate(key_of *key, int a, int b, uint64_t step)
{
    static uint32_t seen[32 * 32];
    memset(seen, 0, sizeof seen);
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct rng r = rng_keyed(key(i)), other = rng_keyed(key(i + step));
        uint64_t x = 0, y = 0;
        for (int k = 0; k <= a; k++)
            x = rng_next(&r);
        for (int k = 0; k <= b; k++)
            y = rng_next(&other);
        seen[(x >> 59) * 32 + (y >> 59)]++;
    }
    return chi_square_deviate(seen, 32 * 32, DRAWS);
}

static void keyed_draws_are_even_and_unrelated_within_a_key(void **state)
{
    (void)state;
    for (size_t sort = 0; sort < KEY_SORTS; sort++)
        for (int a = 0; a < KEYED_DRAWS; a++)
            for (int b = a + 1; b < KEYED_DRAWS; b++)
                assert_true(fabs(pair_deviate(key_sorts[sort], a, b, 0)) < 5);
}

static void keyed_draws_are_unrelated_between_neighbouring_keys(void **state)
{
    (void)state;
    for (size_t sort = 0; sort < KEY_SORTS; sort++)
        for (int a = 0; a < KEYED_DRAWS; a++)
            assert_true(fabs(pair_deviate(key_sorts[sort], a, a, 1)) < 5);
}

static void every_bit_of_a_keyed_draw_is_fair(void **state)
{
    (void)state;
    for (size_t sort = 0; sort < KEY_SORTS; sort++)
        for (int draw = 0; draw < KEYED_DRAWS; draw++) {
            uint32_t ones[64] = { 0 };
            for (uint64_t i = 0; i < DRAWS / 4; i++) {
                struct rng r = rng_keyed(key_sorts[sort](i));
                uint64_t x = 0;
                for (int k = 0; k <= draw; k++)
                    x = rng_next(&r);
                for (int bit = 0; bit < 64; bit++)
                    ones[bit] += x >> bit & 1;
            }
            for (int bit = 0; bit < 64; bit++)
                assert_true(fabs(ones[bit] - DRAWS / 8.0) < 6 * sqrt(DRAWS / 16.0));
        }
}

static void a_keyed_exponential_is_the_first_of_its_stream(void **state)
{
    (void)state;
    for (uint64_t key = 0; key < 100000; key++) {
        struct rng r = rng_keyed(key);
        assert_true(rng_keyed_exponential(key) == rng_exponential(&r));
    }
}

static void below_n_is_even_and_stays_below(void **state)
{
    (void)state;
    struct rng r = rng_open(11);
    uint32_t seen[7] = { 0 };
    for (int i = 0; i < DRAWS; i++) {
        uint32_t v = rng_below(&r, 7);
        assert_true(v < 7);
        seen[v]++;
        assert_true(rng_below(&r, 1) == 0);
    }
    assert_true(fabs(chi_square_deviate(seen, 7, DRAWS)) < 5);
}

/* 3 * 2^30 of 2^32: without rejection a third of the values would come twice as often. */
static void below_a_large_n_has_no_bias(void **state)
{
    (void)state;
    struct rng r = rng_open(12);
    uint32_t seen[3] = { 0 };
    for (int i = 0; i < DRAWS; i++)
        seen[rng_below(&r, UINT32_C(3) << 30) % 3]++;
    assert_true(fabs(chi_square_deviate(seen, 3, DRAWS)) < 5);
}

static void uniform_draws_stay_in_their_half_open_intervals(void **state)
{
    (void)state;
    struct rng top = { UINT64_MAX, 0, 0, 0 }, bottom = { 0, 0, 0, 0 };
    struct rng again = top, low_again = bottom;
    assert_true(rng_uniform(&top) < 1 && rng_uniform(&bottom) == 0);
    assert_true(rng_uniform_positive(&again) == 1 && rng_uniform_positive(&low_again) == 0x1p-53);
}

static int double_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double exponential_law(double x)
{
    return 1 - exp(-x);
}

static double normal_law(double x)
{
    return 0.5 * erfc(-x * M_SQRT1_2);
}

/* Kolmogorov's sqrt(n) D; 2.5 is passed by chance once in 130,000. */
static double kolmogorov(double (*draw)(struct rng *), double (*law)(double), uint64_t key)
{
    static double x[DRAWS];
    struct rng r = rng_open(key);
    for (int i = 0; i < DRAWS; i++)
        x[i] = draw(&r);
    qsort(x, DRAWS, sizeof *x, double_order);
    double worst = 0;
    for (int i = 0; i < DRAWS; i++) {
        double p = law(x[i]);
        worst = fmax(worst, fmax(p - (double)i / DRAWS, (i + 1.0) / DRAWS - p));
    }
    return worst * sqrt(DRAWS);
}

static double draw_exponential(struct rng *r)
{
    return rng_exponential(r);
}

static double draw_normal(struct rng *r)
{
    return rng_normal(r);
}

static void the_exponential_ziggurat_draws_the_exponential_law(void **state)
{
    (void)state;
    assert_true(kolmogorov(draw_exponential, exponential_law, 21) < 2.2);
}

static void the_normal_ziggurat_draws_the_normal_law(void **state)
{
    (void)state;
    assert_true(kolmogorov(draw_normal, normal_law, 22) < 2.2);
}

static void the_tails_come_as_often_as_they_should(void **state)
{
    (void)state;
    struct rng r = rng_open(23);
    const int count = 4000000;
    int far = 0, farther = 0, beyond = 0, below = 0;
    for (int i = 0; i < count; i++) {
        double x = rng_exponential(&r), y = rng_normal(&r);
        far += x > exponential_tail;
        farther += x > exponential_tail + 2;
        beyond += y > normal_tail;
        below += y < -normal_tail;
    }
    double p = exp(-exponential_tail), q = 0.5 * erfc(normal_tail * M_SQRT1_2);
    assert_true(fabs(far - count * p) < 5 * sqrt(count * p));
    assert_true(fabs(farther - count * p * exp(-2)) < 5 * sqrt(count * p * exp(-2)));
    assert_true(fabs(beyond - count * q) < 5 * sqrt(count * q));
    assert_true(fabs(below - count * q) < 5 * sqrt(count * q));
}

/* All 256 layers must have one area: what makes picking a layer by 8 bits right. */
static void assert_layers_are_equal(const struct ziggurat_cell *cells, const double *heights,
                                    double tail, double tail_area)
{
    double area = tail * heights[1] + tail_area;
    assert_true(fabs(cells[0].width * 0x1p53 * heights[1] - area) < 1e-15);
    assert_true(fabs(cells[1].width * 0x1p53 - tail) < 1e-14);
    for (int i = 1; i < ZIGGURAT_LAYERS; i++) {
        double width = cells[i].width * 0x1p53;
        assert_true(fabs(width * (heights[i + 1] - heights[i]) - area) < 1e-15);
        double inner = i < ZIGGURAT_LAYERS - 1 ? cells[i + 1].width * 0x1p53 : 0;
        assert_true(fabs((double)cells[i].inside * cells[i].width - inner) < 1e-14);
    }
    assert_true(heights[ZIGGURAT_LAYERS] == 1);
}

static void all_layers_of_a_ziggurat_have_the_same_area(void **state)
{
    (void)state;
    assert_layers_are_equal(exponential_cells, exponential_heights, exponential_tail,
                            exp(-exponential_tail));
    assert_layers_are_equal(normal_cells, normal_heights, normal_tail,
                            sqrt(M_PI / 2) * erfc(normal_tail * M_SQRT1_2));
}

/* The same on every machine: pinned, because a digest of a run rests on it. */
static void draws_are_the_same_bits_for_ever(void **state)
{
    (void)state;
    struct rng r = rng_open(stream_key(seed_key(1, 0), "pinned", "test"));
    uint64_t digest = 0;
    for (int i = 0; i < 100000; i++) {
        double draws[] = { rng_exponential(&r), rng_normal(&r), rng_uniform(&r) };
        for (int k = 0; k < 3; k++) {
            uint64_t bits;
            memcpy(&bits, &draws[k], sizeof bits);
            digest = hash_mix(digest ^ bits);
        }
    }
    assert_true(digest == UINT64_C(0xc84b68de83b5560c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_sfc64),
        cmocka_unit_test(a_stream_agrees_with_published_outputs),
        cmocka_unit_test(keys_depend_on_seed_replication_name_and_purpose),
        cmocka_unit_test(keyed_draws_are_even_and_unrelated_within_a_key),
        cmocka_unit_test(keyed_draws_are_unrelated_between_neighbouring_keys),
        cmocka_unit_test(every_bit_of_a_keyed_draw_is_fair),
        cmocka_unit_test(a_keyed_exponential_is_the_first_of_its_stream),
        cmocka_unit_test(below_n_is_even_and_stays_below),
        cmocka_unit_test(below_a_large_n_has_no_bias),
        cmocka_unit_test(uniform_draws_stay_in_their_half_open_intervals),
        cmocka_unit_test(the_exponential_ziggurat_draws_the_exponential_law),
        cmocka_unit_test(the_normal_ziggurat_draws_the_normal_law),
        cmocka_unit_test(the_tails_come_as_often_as_they_should),
        cmocka_unit_test(all_layers_of_a_ziggurat_have_the_same_area),
        cmocka_unit_test(draws_are_the_same_bits_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
