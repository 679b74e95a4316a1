/* test_formula.c - formulas mean what they say, and wrong ones are refused. */
#include "formula.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct sources sources;
    struct reading reading;
};

/* The value of a formula in which every figure is 7 and every histogram holds 0, 1, 2, 3 (s). */
static double value_of(const char *text)
{
    struct bench b = { .arena = arena_open() };
    struct formula f;
    const char *wrong = formula_read(&f, &b.sources, b.arena, text);
    if (wrong) print_error("%s: %s\n", text, wrong);
    assert_null(wrong);
    for (uint32_t i = 0; i < b.sources.count; i++) {
        b.reading.figures[i] = 7;
        histogram_open(&b.reading.spreads[i], b.arena);
        for (int64_t s = 0; s < 4; s++)
            histogram_record(&b.reading.spreads[i], s * 1000000000);
    }
    double value = formula_value(&f, &b.sources, &b.reading);
    arena_close(b.arena);
    return value;
}

static void assert_near(double value, double wanted, double distance)
{
    if (!(fabs(value - wanted) <= distance)) fail_msg("%.17g is not %.17g", value, wanted);
}

static void arithmetic_binds_as_usual(void **state)
{
    (void)state;
    assert_near(value_of("1 + 2 * 3 - 4 / 8"), 6.5, 1e-12);
    assert_near(value_of("(1 + 2) * (3 - 4) / 8"), -0.375, 1e-12);
    assert_near(value_of("10 - 3 - 2"), 5, 1e-12);
    assert_near(value_of("services.a.queue_mean / 10 + 1"), 1.7, 1e-12);
    assert_near(value_of("services.a.replicas.mean"), 7, 1e-12);
}

static void histograms_are_read_in_seconds(void **state)
{
    (void)state;
    assert_near(value_of("mean(clients.u.latency_ms)"), 1.5, 1e-9);
    assert_near(value_of("variance(clients.u.latency_ms)"), 1.25, 1e-9);
    assert_near(value_of("quantile(clients.u.latency_ms, 0.75)"), 2, 0.01);
    assert_near(value_of("above(clients.u.latency_ms, 0)"), 0.75, 1e-12);
    assert_near(value_of("above(clients.u.latency_ms, 1 + 1.5)"), 0.25, 1e-12);
    assert_near(value_of("above(services.a.occupancy, 1500000000)"), 0.5, 1e-12);
    assert_near(value_of("above(clients.u.latency_ms, quantile(clients.u.latency_ms, 0.5))"), 0.5,
                0.01);
}

static void a_source_is_listed_once(void **state)
{
    (void)state;
    struct bench b = { .arena = arena_open() };
    struct formula f;
    assert_null(formula_read(&f, &b.sources, b.arena, "clients.u.sent / clients.u.sent"));
    assert_null(formula_read(&f, &b.sources, b.arena, "1 - clients.u.ok / clients.u.sent"));
    assert_int_equal(b.sources.count, 2);
    assert_string_equal(b.sources.items[1].metric, "ok");
    arena_close(b.arena);
}

static void what_is_absent_has_no_value(void **state)
{
    (void)state;
    struct bench b = { .arena = arena_open() };
    struct formula f;
    assert_null(formula_read(&f, &b.sources, b.arena, "mean(clients.u.failed_latency_ms)"));
    histogram_open(&b.reading.spreads[0], b.arena);
    assert_true(isnan(formula_value(&f, &b.sources, &b.reading)));
    arena_close(b.arena);
}

static void wrong_formulas_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "1 +",
        "1 2",
        "(1",
        "1)",
        "queue_mean",
        "services.queue_mean",
        "median(clients.u.x)",
        "quantile(clients.u.latency_ms)",
        "mean(clients.u.latency_ms",
        "mean()",
        "1 ? 2",
        "((((((((((1))))))))))",
        "1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench b = { .arena = arena_open() };
        struct formula f;
        if (!formula_read(&f, &b.sources, b.arena, wrong[i])) fail_msg("accepted: %s", wrong[i]);
        arena_close(b.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_binds_as_usual),
        cmocka_unit_test(histograms_are_read_in_seconds),
        cmocka_unit_test(a_source_is_listed_once),
        cmocka_unit_test(what_is_absent_has_no_value),
        cmocka_unit_test(wrong_formulas_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
