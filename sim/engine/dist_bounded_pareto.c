/* dist_bounded_pareto.c - a Pareto that ends: every moment exists, and the largest is known. */
#include "orrery/dist.h"

#include "base/exact.h"
#include "engine/judge.h"

#include <math.h>

#include "base/poison.h"

struct bounded_pareto_spec {
    double alpha, low, high;
    double share, power; /* derived: 1 - (low/high)^alpha, and -1/alpha */
};

/* By inversion; U = 1 gives high up to rounding, which must not carry past it. */
static double bounded_pareto_draw(const void *spec, struct rng *r)
{
    const struct bounded_pareto_spec *s = spec;
    double x = s->low * exact_pow(1 - rng_uniform(r) * s->share, s->power);
    return x < s->high ? x : s->high;
}

/* E[X^k] (Harchol-Balter, Performance Modeling and Design, ch. 20). */
static double bounded_pareto_moment(const struct bounded_pareto_spec *s, double k)
{
    double front = s->alpha * exact_pow(s->low, k) / s->share, ratio = s->high / s->low;
    if (fabs(k - s->alpha) < 1e-9) return front * exact_log(ratio);
    return front * (exact_pow(ratio, k - s->alpha) - 1) / (k - s->alpha);
}

static double bounded_pareto_mean(const void *spec)
{
    return bounded_pareto_moment(spec, 1);
}

static double bounded_pareto_scv(const void *spec)
{
    double mean = bounded_pareto_moment(spec, 1);
    return bounded_pareto_moment(spec, 2) / (mean * mean) - 1;
}

static void bounded_pareto_check(void *spec, const struct document *doc, struct place at,
                                 const char *path, struct diag *d)
{
    (void)doc;
    struct bounded_pareto_spec *s = spec;
    if (!judge_positive(d, at, path, "low", s->low)) return;
    if (s->high <= s->low) {
        judge_field(d, at, path, "high", NULL, "must be greater than low");
        return;
    }
    s->share = 1 - exact_pow(s->low / s->high, s->alpha);
    s->power = -1 / s->alpha;
    if (!(s->share > 0))
        judge_field(d, at, path, "high", "use constant", "is too close to low to be drawn");
}

static const struct field bounded_pareto_fields[] = {
    NUMBER(struct bounded_pareto_spec, "alpha", alpha, .min = 0.01, .max = 1000,
           .doc = "Tail index; smaller is heavier."),
    AMOUNT(struct bounded_pareto_spec, "low", low, .doc = "The least value."),
    AMOUNT(struct bounded_pareto_spec, "high", high, .doc = "The greatest value."),
    FIELDS_END,
};

static const struct dist_type bounded_pareto_type = { bounded_pareto_draw, bounded_pareto_mean,
                                                      bounded_pareto_scv };

const struct kind dist_bounded_pareto = {
    .name = "boundedPareto",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "A heavy tail that ends at a greatest value.",
    .example = "boundedPareto { alpha = 1.5, low = \"1ms\", high = \"3s\" }",
    .spec_size = sizeof(struct bounded_pareto_spec),
    .fields = bounded_pareto_fields,
    .check = bounded_pareto_check,
    .vtable = &bounded_pareto_type,
};
