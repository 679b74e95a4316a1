/* test_exact.c - exact.h against MPFR: the error in units of the last place, over random and hard
 * arguments. The generator here is a plain splitmix64, so that nothing under test chooses. */
#include "base/exact.h"

#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define PRECISION 200
#define SAMPLES 6000

static uint64_t next_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double between(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(next_bits(state) >> 11) * 0x1p-53;
}

/* |got - want| in units of the last place of want (of the least subnormal at the bottom). */
static double ulps(double got, mpfr_t want)
{
    double rounded = mpfr_get_d(want, MPFR_RNDN);
    if (!isfinite(rounded)) return got == rounded ? 0 : INFINITY;
    double unit = nextafter(fabs(rounded), INFINITY) - fabs(rounded);
    mpfr_t difference;
    mpfr_init2(difference, PRECISION);
    mpfr_sub_d(difference, want, got, MPFR_RNDN);
    double error = fabs(mpfr_get_d(difference, MPFR_RNDN)) / unit;
    mpfr_clear(difference);
    return error;
}

typedef int oracle(mpfr_t, const mpfr_t, mpfr_rnd_t);

static double error_of(double (*f)(double), oracle *truth, double x)
{
    mpfr_t want;
    mpfr_init2(want, PRECISION);
    mpfr_set_d(want, x, MPFR_RNDN);
    truth(want, want, MPFR_RNDN);
    double error = ulps(f(x), want);
    mpfr_clear(want);
    return error;
}

static double worst_between(double (*f)(double), oracle *truth, double low, double high)
{
    uint64_t state = 1;
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++)
        worst = fmax(worst, error_of(f, truth, between(&state, low, high)));
    return worst;
}

static double worst_over_all_exponents(double (*f)(double), oracle *truth)
{
    uint64_t state = 2;
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t bits = next_bits(&state) % UINT64_C(0x7ff0000000000000);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (x > 0) worst = fmax(worst, error_of(f, truth, x));
    }
    return worst;
}

/* Below a half is perfect rounding; the header promises 1. */
static void log_is_within_one_ulp_of_the_truth(void **state)
{
    (void)state;
    assert_true(worst_between(exact_log, mpfr_log, 0.4, 3) < 0.55);
    assert_true(worst_between(exact_log, mpfr_log, 0x1p-53, 1) < 0.55);
    assert_true(worst_over_all_exponents(exact_log, mpfr_log) < 0.55);
}

static void log_keeps_its_digits_beside_one(void **state)
{
    (void)state;
    double worst = 0;
    uint64_t seed = 3;
    for (int power = 1; power <= 52; power++)
        for (int i = 0; i < 100; i++) {
            double away = ldexp(between(&seed, 1, 2), -power);
            worst = fmax(worst, error_of(exact_log, mpfr_log, 1 + away / 4));
            worst = fmax(worst, error_of(exact_log, mpfr_log, 1 - away / 4));
        }
    assert_true(worst < 0.6);
    assert_true(exact_log(1) == 0);
}

static void log_is_right_at_the_edge_of_every_cell(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t cell = 0; cell <= 128; cell++) {
        uint64_t bits = UINT64_C(0x3fe6000000000000) + (cell << 45);
        double x;
        memcpy(&x, &bits, sizeof x);
        double around[] = { nextafter(x, 0), x, nextafter(x, 9) };
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, error_of(exact_log, mpfr_log, around[i]));
    }
    assert_true(worst < 0.55);
}

static void log_of_what_has_none_is_said_by_infinity_or_nan(void **state)
{
    (void)state;
    assert_true(exact_log(0) == -INFINITY);
    assert_true(exact_log(-0.0) == -INFINITY);
    assert_true(exact_log(INFINITY) == INFINITY);
    assert_true(isnan(exact_log(-1)));
    assert_true(isnan(exact_log(NAN)));
    assert_true(error_of(exact_log, mpfr_log, 0x1p-1074) < 0.55);
    assert_true(error_of(exact_log, mpfr_log, 0x1.fffffp-1023) < 0.55);
}

static void exp_is_within_one_ulp_of_the_truth(void **state)
{
    (void)state;
    assert_true(worst_between(exact_exp, mpfr_exp, -1, 1) < 0.55);
    assert_true(worst_between(exact_exp, mpfr_exp, -708, 709.7) < 0.55);
    assert_true(worst_between(exact_exp, mpfr_exp, -1e-9, 1e-9) < 0.55);
    assert_true(worst_between(exact_exp, mpfr_exp, -745, -700) <= 1); /* subnormal results */
}

static void exp_ends_in_zero_and_infinity(void **state)
{
    (void)state;
    assert_true(exact_exp(0) == 1);
    assert_true(exact_exp(710) == INFINITY);
    assert_true(exact_exp(INFINITY) == INFINITY);
    assert_true(exact_exp(-746) == 0);
    assert_true(exact_exp(-1e300) == 0);
    assert_true(exact_exp(-INFINITY) == 0);
    assert_true(isnan(exact_exp(NAN)));
    assert_true(error_of(exact_exp, mpfr_exp, 0x1.62e42fefa39efp+9) <
                0.55); /* the last finite one */
}

static double pow_error(double x, double y)
{
    mpfr_t base, want;
    mpfr_inits2(PRECISION, base, want, (mpfr_ptr)NULL);
    mpfr_set_d(base, x, MPFR_RNDN);
    mpfr_set_d(want, y, MPFR_RNDN);
    mpfr_pow(want, base, want, MPFR_RNDN);
    double error = ulps(exact_pow(x, y), want);
    mpfr_clears(base, want, (mpfr_ptr)NULL);
    return error;
}

static void pow_is_within_two_ulp_in_the_range_that_models_use(void **state)
{
    (void)state;
    uint64_t seed = 4;
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double x = exact_exp(between(&seed, -20, 20)), y = between(&seed, -5, 5);
        worst = fmax(worst, pow_error(x, y));
        worst =
            fmax(worst, pow_error(1 + between(&seed, -0.01, 0.01), between(&seed, -5000, 5000)));
    }
    assert_true(worst < 1.2);
}

static void pow_at_the_edges_of_the_range_keeps_two_ulp(void **state)
{
    (void)state;
    uint64_t seed = 5;
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double x = exact_exp(between(&seed, -300, 300));
        worst = fmax(worst, pow_error(x, between(&seed, -700, 700) / exact_log(x)));
        worst =
            fmax(worst, pow_error(ldexp(between(&seed, 1, 2), -1060), between(&seed, -0.9, 0.9)));
    }
    assert_true(worst < 2);
}

static void pow_follows_the_standard_at_its_corners(void **state)
{
    (void)state;
    assert_true(exact_pow(0, 0) == 1);
    assert_true(exact_pow(NAN, 0) == 1);
    assert_true(exact_pow(1, NAN) == 1);
    assert_true(exact_pow(1, INFINITY) == 1);
    assert_true(exact_pow(0, 2) == 0);
    assert_true(exact_pow(0, -2) == INFINITY);
    assert_true(exact_pow(INFINITY, 0.5) == INFINITY);
    assert_true(exact_pow(INFINITY, -0.5) == 0);
    assert_true(exact_pow(2, INFINITY) == INFINITY);
    assert_true(exact_pow(2, -INFINITY) == 0);
    assert_true(exact_pow(0.5, INFINITY) == 0);
    assert_true(exact_pow(0.5, -INFINITY) == INFINITY);
    assert_true(exact_pow(10, 400) == INFINITY);
    assert_true(exact_pow(10, -400) == 0);
    assert_true(isnan(exact_pow(-2, 2)));
    assert_true(isnan(exact_pow(2, NAN)));
    assert_true(exact_pow(2, 10) == 1024);
    assert_true(exact_pow(9, 0.5) == 3);
    assert_true(exact_pow(1e300, 1e300) == INFINITY);
    assert_true(exact_pow(1e-300, 1e300) == 0);
}

static double turns_error(double (*f)(double), oracle *truth, double t)
{
    mpfr_t want, two_pi;
    mpfr_inits2(400, want, two_pi, (mpfr_ptr)NULL);
    mpfr_const_pi(two_pi, MPFR_RNDN);
    mpfr_mul_ui(two_pi, two_pi, 2, MPFR_RNDN);
    mpfr_mul_d(want, two_pi, t, MPFR_RNDN);
    truth(want, want, MPFR_RNDN);
    double error = ulps(f(t), want);
    mpfr_clears(want, two_pi, (mpfr_ptr)NULL);
    return error;
}

static void sine_and_cosine_of_turns_are_within_two_ulp(void **state)
{
    (void)state;
    uint64_t seed = 6;
    double worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double t = between(&seed, -2, 2), far = between(&seed, -1e6, 1e6);
        worst = fmax(worst, turns_error(exact_sin_turns, mpfr_sin, t));
        worst = fmax(worst, turns_error(exact_cos_turns, mpfr_cos, t));
        worst = fmax(worst, turns_error(exact_sin_turns, mpfr_sin, far));
        worst = fmax(worst, turns_error(exact_sin_turns, mpfr_sin, t * 1e-9));
    }
    assert_true(worst < 1.6);
}

static void whole_and_quarter_turns_are_exact(void **state)
{
    (void)state;
    for (int turn = -3; turn <= 3; turn++) {
        assert_true(exact_sin_turns(turn) == 0 && exact_cos_turns(turn) == 1);
        assert_true(exact_sin_turns(turn + 0.25) == 1 && exact_cos_turns(turn + 0.25) == 0);
        assert_true(exact_sin_turns(turn + 0.5) == 0 && exact_cos_turns(turn + 0.5) == -1);
        assert_true(exact_sin_turns(turn + 0.75) == -1 && exact_cos_turns(turn + 0.75) == 0);
    }
    assert_true(exact_cos_turns(1e300) == 1);
    assert_true(isnan(exact_sin_turns(INFINITY)));
    assert_true(isnan(exact_cos_turns(NAN)));
}

static double relative_error(double got, double x, oracle *truth)
{
    mpfr_t want;
    mpfr_init2(want, PRECISION);
    mpfr_set_d(want, x, MPFR_RNDN);
    truth(want, want, MPFR_RNDN);
    double wanted = mpfr_get_d(want, MPFR_RNDN);
    mpfr_sub_d(want, want, got, MPFR_RNDN);
    double error = fabs(mpfr_get_d(want, MPFR_RNDN)) / fmax(fabs(wanted), DBL_MIN);
    mpfr_clear(want);
    return error;
}

static void gamma_is_good_to_fourteen_digits(void **state)
{
    (void)state;
    uint64_t seed = 7;
    double worst = 0;
    for (int i = 0; i < SAMPLES / 4; i++) {
        double small = exact_exp(between(&seed, -100, 1)), x = between(&seed, 0.5, 171.6);
        worst = fmax(worst, relative_error(exact_gamma(small), small, mpfr_gamma));
        worst = fmax(worst, relative_error(exact_gamma(x), x, mpfr_gamma));
    }
    assert_true(worst < 1e-14);
    assert_true(fabs(exact_gamma(5) - 24) < 24e-15);
    assert_true(exact_gamma(172) == INFINITY && exact_gamma(0) == INFINITY);
    assert_true(isnan(exact_gamma(-0.5)) && isnan(exact_gamma(NAN)));
}

static void log_gamma_is_good_to_fourteen_digits_of_one_or_of_itself(void **state)
{
    (void)state;
    uint64_t seed = 8;
    for (int i = 0; i < SAMPLES / 4; i++) {
        double x = exact_exp(between(&seed, -50, 50));
        double got = exact_log_gamma(x);
        double error = relative_error(got, x, mpfr_lngamma) * fabs(got);
        assert_true(error < 1e-14 * fmax(1, fabs(got)));
    }
    assert_true(exact_log_gamma(0) == INFINITY && exact_log_gamma(INFINITY) == INFINITY);
    assert_true(isnan(exact_log_gamma(-1)));
}

/* The normal distribution function by MPFR's erfc. */
static double normal_probability(double x)
{
    mpfr_t v;
    mpfr_init2(v, PRECISION);
    mpfr_set_d(v, -x, MPFR_RNDN);
    mpfr_t root;
    mpfr_init2(root, PRECISION);
    mpfr_sqrt_ui(root, 2, MPFR_RNDN);
    mpfr_div(v, v, root, MPFR_RNDN);
    mpfr_erfc(v, v, MPFR_RNDN);
    double p = mpfr_get_d(v, MPFR_RNDN) / 2;
    mpfr_clears(v, root, (mpfr_ptr)NULL);
    return p;
}

static void the_normal_quantile_inverts_the_normal_distribution(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (int i = 0; i < SAMPLES / 4; i++) {
        double p = i % 2 ? between(&seed, 0, 1) : exact_exp(between(&seed, -700, 0));
        if (!(p > 0 && p < 1)) continue;
        double x = exact_normal_quantile(p);
        double slope = exact_exp(-x * x / 2) / 2.5066282746310002; /* dp/dx */
        double error_of_x = (normal_probability(x) - p) / slope;
        assert_true(fabs(error_of_x) < 2e-15 * fmax(1, fabs(x)) + 1.2e-16 / slope * (p > 0.5));
    }
    assert_true(exact_normal_quantile(0.5) == 0);
    assert_true(exact_normal_quantile(0) == -INFINITY && exact_normal_quantile(1) == INFINITY);
    assert_true(isnan(exact_normal_quantile(-0.1)));
}

/* Published table values (NIST handbook 1.3.6.7.2) to more digits by closed forms where they exist:
 * one degree: tan(pi (p - 1/2)); two: (2p - 1) sqrt(2 / (4 p (1 - p))). */
static void student_quantiles_are_those_of_the_tables(void **state)
{
    (void)state;
    static const struct {
        double p, dof, t, tolerance;
    } rows[] = {
        { 0.975, 1, 12.706204736174696, 1e-12 },
        { 0.995, 1, 63.656741162871526, 1e-12 },
        { 0.975, 2, 4.302652729749462, 1e-12 },
        { 0.995, 2, 9.92484320091829, 1e-12 },
        { 0.975, 10, 2.228, 5e-4 },
        { 0.995, 30, 2.750, 5e-4 },
        { 0.95, 5, 2.015, 5e-4 },
        { 0.999, 20, 3.552, 5e-4 },
        { 0.975, 100, 1.984, 5e-4 },
        { 0.975, 1e9, 1.959963984540054, 1e-8 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double t = exact_student_t(rows[i].p, rows[i].dof);
        assert_true(fabs(t - rows[i].t) <= rows[i].tolerance * fmax(1, rows[i].t));
        assert_true(exact_student_t(1 - rows[i].p, rows[i].dof) < 0);
    }
    assert_true(exact_student_t(0.5, 7) == 0);
    assert_true(isnan(exact_student_t(1, 7)) && isnan(exact_student_t(0.9, 0)));
}

static void student_quantiles_join_smoothly_where_the_method_changes(void **state)
{
    (void)state;
    static const double levels[] = { 0.6, 0.9, 0.975, 0.995, 0.9999 };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        double below = exact_student_t(levels[i], 3000),
               above = exact_student_t(levels[i], 3000.001);
        assert_true(fabs(below - above) < 1e-8);
        assert_true(below > exact_normal_quantile(levels[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_is_within_one_ulp_of_the_truth),
        cmocka_unit_test(log_keeps_its_digits_beside_one),
        cmocka_unit_test(log_is_right_at_the_edge_of_every_cell),
        cmocka_unit_test(log_of_what_has_none_is_said_by_infinity_or_nan),
        cmocka_unit_test(exp_is_within_one_ulp_of_the_truth),
        cmocka_unit_test(exp_ends_in_zero_and_infinity),
        cmocka_unit_test(pow_is_within_two_ulp_in_the_range_that_models_use),
        cmocka_unit_test(pow_at_the_edges_of_the_range_keeps_two_ulp),
        cmocka_unit_test(pow_follows_the_standard_at_its_corners),
        cmocka_unit_test(sine_and_cosine_of_turns_are_within_two_ulp),
        cmocka_unit_test(whole_and_quarter_turns_are_exact),
        cmocka_unit_test(gamma_is_good_to_fourteen_digits),
        cmocka_unit_test(log_gamma_is_good_to_fourteen_digits_of_one_or_of_itself),
        cmocka_unit_test(the_normal_quantile_inverts_the_normal_distribution),
        cmocka_unit_test(student_quantiles_are_those_of_the_tables),
        cmocka_unit_test(student_quantiles_join_smoothly_where_the_method_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
