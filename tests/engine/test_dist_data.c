/* test_dist_data.c - distributions that are put together by hand: mixtures of others, quantiles that
 * were measured, samples as they were. */
#include "drawn.h"

extern const struct kind dist_constant, dist_exponential, dist_pareto, dist_mixture, dist_weighted,
    dist_empirical, dist_samples;

static struct part mixed(void **state, double weight_a, struct part a, double weight_b,
                         struct part b)
{
    struct parts *parts = *state;
    struct part *items = arena_alloc(parts->arena, 2 * sizeof *items);
    const struct part inner[] = { a, b };
    const double weights[] = { weight_a, weight_b };
    for (int i = 0; i < 2; i++) {
        items[i] = part_filled(parts, &dist_weighted, "weight=1");
        *(double *)part_member(&items[i], "weight") = weights[i];
        *(struct part *)part_member(&items[i], "dist") = inner[i];
    }
    struct part mixture = part_filled(parts, &dist_mixture, "");
    *(struct list *)part_member(&mixture, "parts") = (struct list){ 2, items };
    return part_checked(parts, mixture);
}

static double two_exponentials_law(double x)
{
    return 0.75 * (1 - exp(-x)) + 0.25 * (1 - exp(-x / 20));
}

static void a_mixture_draws_its_parts_by_weight(void **state)
{
    struct part p = mixed(state, 3, good(state, &dist_exponential, "mean=1"), 1,
                          good(state, &dist_exponential, "mean=20"));
    assert_law(&p, two_exponentials_law);
    assert_moments(&p);
    assert_near(dist_mean(&p), 5.75, 1e-14);
}

static void a_part_of_weight_zero_is_never_drawn(void **state)
{
    struct part never = good(state, &dist_pareto, "alpha=0.5 low=1");
    struct part p = mixed(state, 1, good(state, &dist_constant, "value=3"), 0, never);
    draw_all(&p);
    assert_true(drawn[0] == 3 && drawn[DRAWS - 1] == 3);
    assert_true(dist_mean(&p) == 3 && dist_scv(&p) == 0);
}

static void a_mixture_with_an_endless_part_has_no_moments(void **state)
{
    struct part endless = good(state, &dist_pareto, "alpha=0.5 low=1");
    struct part p = mixed(state, 1, good(state, &dist_constant, "value=3"), 1, endless);
    assert_true(dist_mean(&p) == INFINITY && dist_scv(&p) == INFINITY);
}

/* The row "service distribution" of the project's reference table that is a mixture. */
static void a_bimodal_mixture_has_the_spread_of_theory(void **state)
{
    double p = 0.0909090909090909;
    struct part bimodal = mixed(state, 1 - p, good(state, &dist_constant, "value=0.1"), p,
                                good(state, &dist_constant, "value=10"));
    assert_near(dist_scv(&bimodal), 8.1, 1e-9);
    assert_moments(&bimodal);
}

static void a_mixture_without_weight_is_refused(void **state)
{
    struct part one = good(state, &dist_constant, "value=1");
    mixed(state, 0, one, 0, one);
    assert_non_null(strstr(parts_said(*state), "at least one part with a weight greater than 0"));
    part_of(*state, &dist_mixture, "");
    assert_non_null(strstr(parts_said(*state), "at least one part"));
}

struct quantile {
    const char *key;
    double value;
};

static struct part empirical(void **state, const struct quantile *said, uint32_t count)
{
    struct parts *parts = *state;
    struct map_entry *entries = arena_alloc(parts->arena, count * sizeof *entries);
    for (uint32_t i = 0; i < count; i++) {
        entries[i].key = said[i].key;
        entries[i].number = said[i].value;
        entries[i].at = (struct place){ "test.lua", 10 + i };
    }
    struct part p = part_filled(parts, &dist_empirical, "");
    *(struct map *)part_member(&p, "quantiles") = (struct map){ count, entries };
    return part_checked(parts, p);
}

static double empirical_law(double x)
{
    static const double at[] = { 1, 4, 20, 80 }, p[] = { 0, 0.5, 0.99, 1 };
    int i = x < 4 ? 0 : x < 20 ? 1 : 2;
    return p[i] + (p[i + 1] - p[i]) * (x - at[i]) / (at[i + 1] - at[i]);
}

static void empirical_runs_through_its_quantiles(void **state)
{
    static const struct quantile said[] = {
        { "p0", 1 }, { "p100", 80 }, { "p50", 4 }, { "0.99", 20 }
    };
    struct part p = empirical(state, said, 4);
    assert_string_equal(parts_said(*state), "");
    assert_law(&p, empirical_law);
    assert_moments(&p);
    assert_near(dist_mean(&p), 0.5 * 2.5 + 0.49 * 12 + 0.01 * 50, 1e-14);
}

static void empirical_refuses_what_is_no_distribution(void **state)
{
    static const struct {
        struct quantile said[3];
        const char *message;
    } rows[] = {
        { { { "p0", 1 }, { "p50", 2 }, { "p99", 3 } }, "the greatest value is missing: give p100" },
        { { { "p1", 1 }, { "p50", 2 }, { "p100", 3 } }, "the least value is missing: give p0" },
        { { { "p0", 1 }, { "p100", 3 }, { "p50", 4 } }, "p100 is below p50" },
        { { { "p0", 1 }, { "p100", 3 }, { "1", 3 } }, "p100 is given twice" },
        { { { "p0", 1 }, { "p999", 2 }, { "p100", 3 } },
          "test.lua:11: error: empirical.quantiles: "
          "'p999' is no quantile" },
        { { { "p0", 1 }, { "median", 2 }, { "p100", 3 } }, "'median' is no quantile" },
        { { { "p0", 1 }, { "-0.5", 2 }, { "p100", 3 } }, "'-0.5' is no quantile" },
        { { { "p0", 1 }, { "p", 2 }, { "p100", 3 } }, "'p' is no quantile" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        empirical(state, rows[i].said, 3);
        const char *text = parts_said(*state);
        if (strstr(text, rows[i].message) == NULL) fail_msg("'%s'", text);
    }
    empirical(state, rows[0].said, 1);
    assert_non_null(strstr(parts_said(*state), "needs 2..1000 points, not 1"));
}

static void empirical_reports_every_bad_point_at_once(void **state)
{
    static const struct quantile said[] = { { "a", 1 }, { "b", 2 }, { "p50", 3 } };
    empirical(state, said, 3);
    const char *text = parts_said(*state);
    assert_non_null(strstr(text, "test.lua:10: error: empirical.quantiles: 'a'"));
    assert_non_null(strstr(text, "test.lua:11: error: empirical.quantiles: 'b'"));
}

static void samples_come_evenly(void **state)
{
    static const double values[] = { 1, 2, 6 };
    struct part p = part_filled(*state, &dist_samples, "");
    *(struct list *)part_member(&p, "values") = (struct list){ 3, values };
    part_checked(*state, p);
    assert_string_equal(parts_said(*state), "");
    assert_moments(&p);
    assert_true(dist_mean(&p) == 3);
    assert_true(drawn[0] == 1 && drawn[DRAWS / 2] == 2 && drawn[DRAWS - 1] == 6);
    refuse(state, &dist_samples, "", "samples.values: needs at least one value");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIST_TEST(a_mixture_draws_its_parts_by_weight),
        DIST_TEST(a_part_of_weight_zero_is_never_drawn),
        DIST_TEST(a_mixture_with_an_endless_part_has_no_moments),
        DIST_TEST(a_bimodal_mixture_has_the_spread_of_theory),
        DIST_TEST(a_mixture_without_weight_is_refused),
        DIST_TEST(empirical_runs_through_its_quantiles),
        DIST_TEST(empirical_refuses_what_is_no_distribution),
        DIST_TEST(empirical_reports_every_bad_point_at_once),
        DIST_TEST(samples_come_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
