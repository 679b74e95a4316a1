/* test_dist.c - every distribution draws the law it claims, its moments are those of theory, and
 * parameters that make no sense are refused. */
#include "drawn.h"

#include "orrery/time.h"

extern const struct kind dist_constant, dist_uniform, dist_exponential, dist_erlang, dist_gamma,
    dist_weibull, dist_normal, dist_lognormal, dist_pareto, dist_bounded_pareto,
    dist_hyperexponential, dist_geometric;

static void a_constant_is_always_itself(void **state)
{
    struct part p = good(state, &dist_constant, "value=5e6");
    struct rng r = rng_open(1), untouched = r;
    assert_true(dist_draw(&p, &r) == 5e6 && dist_draw_ns(&p, &r) == 5000000);
    assert_true(dist_mean(&p) == 5e6 && dist_scv(&p) == 0);
    assert_memory_equal(&r, &untouched, sizeof r);
    assert_true(p.kind->scalar);
}

static double uniform_law(double x)
{
    return (x - 2) / 3;
}

static void uniform_is_even_between_its_bounds(void **state)
{
    struct part p = good(state, &dist_uniform, "low=2 high=5");
    assert_law(&p, uniform_law);
    assert_moments(&p);
    assert_true(drawn[0] >= 2 && drawn[DRAWS - 1] < 5);
    refuse(state, &dist_uniform, "low=5 high=2", "uniform.low: is above high (swap them)");
}

static double exponential_law(double x)
{
    return 1 - exp(-x / 4);
}

static void exponential_is_exponential(void **state)
{
    struct part p = good(state, &dist_exponential, "mean=4");
    assert_law(&p, exponential_law);
    assert_moments(&p);
    refuse(state, &dist_exponential, "mean=0", "exponential.mean: must be greater than 0");
}

/* Three stages of mean 2. */
static double erlang_law(double x)
{
    double y = x / 2;
    return 1 - exp(-y) * (1 + y + y * y / 2);
}

/* Nine stages of mean 1: drawn as a gamma. */
static double erlang_of_many_law(double x)
{
    double term = 1, sum = 1;
    for (int i = 1; i < 9; i++)
        sum += term *= x / i;
    return 1 - exp(-x) * sum;
}

static void erlang_is_a_sum_of_stages_by_either_method(void **state)
{
    struct part few = good(state, &dist_erlang, "k=3 mean=6");
    struct part many = good(state, &dist_erlang, "k=9 mean=9");
    assert_law(&few, erlang_law);
    assert_moments(&few);
    assert_law(&many, erlang_of_many_law);
    assert_moments(&many);
    refuse(state, &dist_erlang, "k=2 mean=0", "erlang.mean: must be greater than 0");
}

/* Shape 1/2, mean 1: a squared normal. */
static double gamma_half_law(double x)
{
    return erf(sqrt(x / 2));
}

static void gamma_draws_shapes_below_and_above_one(void **state)
{
    struct part half = good(state, &dist_gamma, "mean=1 scv=2");
    assert_law(&half, gamma_half_law);
    static const char *const said[] = { "mean=4 scv=0.5", "mean=4 scv=1", "mean=4 scv=10",
                                        "mean=4 scv=0.01" };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct part p = good(state, &dist_gamma, said[i]);
        assert_moments(&p);
    }
    refuse(state, &dist_gamma, "mean=0 scv=1", "gamma.mean: must be greater than 0");
}

/* Shape 1/2, mean 6: scale 3. */
static double weibull_law(double x)
{
    return 1 - exp(-sqrt(x / 3));
}

static void weibull_has_its_shape_and_its_mean(void **state)
{
    struct part young = good(state, &dist_weibull, "shape=0.5 mean=6");
    struct part old = good(state, &dist_weibull, "shape=3 mean=6");
    assert_law(&young, weibull_law);
    assert_moments(&old);
    refuse(state, &dist_weibull, "shape=1 mean=0", "weibull.mean: must be greater than 0");
}

/* Mean 1 and deviation 1, cut at 0. */
static double normal_law(double x)
{
    double below = 0.5 * erfc(M_SQRT1_2);
    return (0.5 * erfc(-(x - 1) * M_SQRT1_2) - below) / (1 - below);
}

static void normal_is_cut_at_zero_and_knows_what_the_cut_does(void **state)
{
    struct part p = good(state, &dist_normal, "mean=1 stddev=1");
    assert_law(&p, normal_law);
    assert_moments(&p);
    assert_near(dist_mean(&p), 1.2875999709391784, 1e-12); /* 1 + phi(1) / Phi(1) */
    struct part half = good(state, &dist_normal, "mean=0 stddev=1");
    assert_near(dist_mean(&half), sqrt(2 / M_PI), 1e-14);
    assert_near(dist_scv(&half), M_PI / 2 - 1, 1e-13);
    struct part far = good(state, &dist_normal, "mean=100 stddev=10");
    assert_near(dist_mean(&far), 100, 1e-14);
    assert_near(dist_scv(&far), 0.01, 1e-12);
    struct part none = good(state, &dist_normal, "mean=0 stddev=0");
    assert_true(dist_mean(&none) == 0 && dist_scv(&none) == 0);
}

static double lognormal_law(double x)
{
    return 0.5 * erfc(-log(x / 4) / (log(5) / 2.3263478740408408) * M_SQRT1_2);
}

static void lognormal_is_said_in_three_ways(void **state)
{
    struct part quantiles = good(state, &dist_lognormal, "p50=4 p99=20");
    assert_law(&quantiles, lognormal_law);
    draw_all(&quantiles);
    assert_near(drawn[DRAWS / 2], 4, 0.02);
    assert_near(drawn[DRAWS / 100 * 99], 20, 0.05);
    struct part p95 = good(state, &dist_lognormal, "p50=4 p95=20");
    draw_all(&p95);
    assert_near(drawn[DRAWS / 100 * 95], 20, 0.05);
    struct part moments = good(state, &dist_lognormal, "mean=10 scv=1");
    assert_near(dist_mean(&moments), 10, 1e-14);
    assert_near(dist_scv(&moments), 1, 1e-14);
    assert_moments(&moments);
    struct part flat = good(state, &dist_lognormal, "p50=4 p99=4");
    assert_near(dist_mean(&flat), 4, 1e-15);
}

static void lognormal_refuses_every_other_combination(void **state)
{
    static const char *const said[] = { "",
                                        "mean=1",
                                        "scv=1",
                                        "p50=1",
                                        "p99=1",
                                        "mean=1 p50=1",
                                        "mean=1 p99=3",
                                        "p95=1 p99=3",
                                        "p50=1 p95=2 p99=3",
                                        "mean=1 scv=1 p50=1",
                                        "mean=0 scv=1",
                                        "p50=0 p99=1" };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        refuse(state, &dist_lognormal, said[i], "needs exactly mean and scv, or p50 and p99");
    refuse(state, &dist_lognormal, "p50=5 p99=2", "lognormal.p99: is below p50 (swap them)");
    refuse(state, &dist_lognormal, "p50=5 p95=2", "lognormal.p95: is below p50");
}

static double pareto_law(double x)
{
    return 1 - pow(6 / x, 2.5);
}

static void pareto_has_its_tail_index_by_mean_or_by_least_value(void **state)
{
    struct part by_mean = good(state, &dist_pareto, "alpha=2.5 mean=10");
    struct part by_low = good(state, &dist_pareto, "alpha=2.5 low=6");
    assert_law(&by_mean, pareto_law);
    assert_law(&by_low, pareto_law);
    assert_near(dist_mean(&by_low), 10, 1e-14);
    struct part light = good(state, &dist_pareto, "alpha=12 mean=10");
    assert_moments(&light);
    struct part heavy = good(state, &dist_pareto, "alpha=1 low=6");
    assert_true(dist_mean(&heavy) == INFINITY && dist_scv(&heavy) == INFINITY);
    refuse(state, &dist_pareto, "alpha=2", "needs either mean or low");
    refuse(state, &dist_pareto, "alpha=2 mean=1 low=1", "needs either mean or low");
    refuse(state, &dist_pareto, "alpha=0.5 mean=1",
           "pareto.mean: with alpha 0.5 there is no mean (give low instead)");
}

static double bounded_pareto_law(double x)
{
    return (1 - pow(2 / x, 1.5)) / (1 - pow(2.0 / 50, 1.5));
}

static void bounded_pareto_stays_between_its_bounds(void **state)
{
    struct part p = good(state, &dist_bounded_pareto, "alpha=1.5 low=2 high=50");
    assert_law(&p, bounded_pareto_law);
    assert_moments(&p);
    assert_true(drawn[0] >= 2 && drawn[DRAWS - 1] <= 50);
    struct part one = good(state, &dist_bounded_pareto, "alpha=1 low=2 high=50");
    assert_moments(&one); /* alpha 1 and 2: the moments' formula has a logarithm */
    struct part two = good(state, &dist_bounded_pareto, "alpha=2 low=2 high=50");
    assert_moments(&two);
    refuse(state, &dist_bounded_pareto, "alpha=1 low=0 high=5", "boundedPareto.low: must be");
    refuse(state, &dist_bounded_pareto, "alpha=1 low=5 high=5", "must be greater than low");
    refuse(state, &dist_bounded_pareto, "alpha=0.01 low=1 high=1.0000000000000002", "too close");
}

/* Mean 1, scv 4. */
static double hyperexponential_law(double x)
{
    double p = (1 + sqrt(3.0 / 5)) / 2;
    return 1 - p * exp(-2 * p * x) - (1 - p) * exp(-2 * (1 - p) * x);
}

static void hyperexponential_has_balanced_means(void **state)
{
    struct part p = good(state, &dist_hyperexponential, "mean=1 scv=4");
    assert_law(&p, hyperexponential_law);
    assert_moments(&p);
    refuse(state, &dist_hyperexponential, "mean=0 scv=4", "must be greater than 0");
}

static void geometric_counts_tries_from_one(void **state)
{
    struct part p = good(state, &dist_geometric, "mean=3");
    assert_moments(&p);
    int ones = 0;
    for (int i = 0; i < DRAWS; i++) {
        assert_true(drawn[i] >= 1 && drawn[i] == floor(drawn[i]));
        ones += drawn[i] == 1;
    }
    assert_near(ones, DRAWS / 3.0, 0.02);
    struct part one = good(state, &dist_geometric, "mean=1");
    draw_all(&one);
    assert_true(drawn[DRAWS - 1] == 1 && dist_scv(&one) == 0);
    refuse(state, &dist_geometric, "mean=0.5", "geometric.mean: 0.5 is outside 1..1e+09");
    refuse(state, &dist_geometric, "mean=1e10", "is outside 1..1e+09");
}

/* The rows "service distribution" of the project's reference table. */
static void squared_coefficients_of_variation_are_those_of_theory(void **state)
{
    static const struct {
        const struct kind *kind;
        const char *said;
        double scv;
    } rows[] = {
        { &dist_lognormal, "mean=1 scv=1", 1 },
        { &dist_lognormal, "mean=1 scv=4", 4 },
        { &dist_lognormal, "mean=1 scv=16", 16 },
        { &dist_pareto, "alpha=2.5 mean=1", 0.8 },
        { &dist_pareto, "alpha=3.5 mean=1", 0.19047619 },
        { &dist_bounded_pareto, "alpha=1.5 low=0.3347827 high=1000", 17.5572874 },
        { &dist_hyperexponential, "mean=1 scv=4", 4 },
        { &dist_hyperexponential, "mean=1 scv=10", 10 },
        { &dist_erlang, "k=4 mean=1", 0.25 },
        { &dist_weibull, "shape=0.5 mean=1", 5 },
        { &dist_uniform, "low=0 high=2", 0.333333333 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct part p = good(state, rows[i].kind, rows[i].said);
        assert_near(dist_scv(&p), rows[i].scv, 2e-8);
    }
    struct part bounded = good(state, &dist_bounded_pareto, "alpha=1.5 low=0.3347827 high=1000");
    assert_near(dist_mean(&bounded), 0.985977514, 2e-8);
}

static void a_draw_as_a_delay_is_rounded_and_capped(void **state)
{
    struct rng r = rng_open(1);
    struct part p = good(state, &dist_constant, "value=1.5");
    assert_int_equal(dist_draw_ns(&p, &r), 2);
    p = good(state, &dist_constant, "value=1.4");
    assert_int_equal(dist_draw_ns(&p, &r), 1);
    p = good(state, &dist_constant, "value=1e18");
    assert_int_equal(dist_draw_ns(&p, &r), TIME_MAX_NS);
    p = good(state, &dist_pareto, "alpha=0.01 low=1e18");
    for (int i = 0; i < 1000; i++) {
        int64_t ns = dist_draw_ns(&p, &r);
        assert_true(ns >= 0 && ns <= TIME_MAX_NS);
    }
}

/* A digest of a run rests on these bits: the same from every compiler and at every level. */
static void draws_are_the_same_bits_for_ever(void **state)
{
    static const struct {
        const struct kind *kind;
        const char *said;
    } rows[] = { { &dist_gamma, "mean=3 scv=2.5" },
                 { &dist_weibull, "shape=0.7 mean=2" },
                 { &dist_lognormal, "p50=4 p99=20" },
                 { &dist_pareto, "alpha=2.5 mean=10" },
                 { &dist_normal, "mean=1 stddev=2" },
                 { &dist_erlang, "k=3 mean=1" },
                 { &dist_geometric, "mean=4" },
                 { &dist_hyperexponential, "mean=1 scv=9" },
                 { &dist_bounded_pareto, "alpha=1.1 low=1 high=999" } };
    uint64_t digest = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct part p = good(state, rows[i].kind, rows[i].said);
        struct rng r = rng_open(i);
        for (int k = 0; k < 10000; k++) {
            double v = dist_draw(&p, &r);
            uint64_t bits;
            memcpy(&bits, &v, sizeof bits);
            digest = hash_mix(digest ^ bits);
        }
    }
    if (digest != UINT64_C(0x2e5a63043100b04b)) fail_msg("digest is 0x%llx", (unsigned long long)digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIST_TEST(a_constant_is_always_itself),
        DIST_TEST(uniform_is_even_between_its_bounds),
        DIST_TEST(exponential_is_exponential),
        DIST_TEST(erlang_is_a_sum_of_stages_by_either_method),
        DIST_TEST(gamma_draws_shapes_below_and_above_one),
        DIST_TEST(weibull_has_its_shape_and_its_mean),
        DIST_TEST(normal_is_cut_at_zero_and_knows_what_the_cut_does),
        DIST_TEST(lognormal_is_said_in_three_ways),
        DIST_TEST(lognormal_refuses_every_other_combination),
        DIST_TEST(pareto_has_its_tail_index_by_mean_or_by_least_value),
        DIST_TEST(bounded_pareto_stays_between_its_bounds),
        DIST_TEST(hyperexponential_has_balanced_means),
        DIST_TEST(geometric_counts_tries_from_one),
        DIST_TEST(squared_coefficients_of_variation_are_those_of_theory),
        DIST_TEST(a_draw_as_a_delay_is_rounded_and_capped),
        DIST_TEST(draws_are_the_same_bits_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
