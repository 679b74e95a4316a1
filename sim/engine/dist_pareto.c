/* dist_pareto.c - a heavy tail without an end: P(X > x) = (low/x)^alpha. */
#include "orrery/dist.h"

#include "base/exact.h"
#include "engine/judge.h"

#include <math.h>

#include "base/poison.h"

struct pareto_spec {
    double alpha, mean, low; /* mean or low is 0 until check derives it */
};

static double pareto_draw(const void *spec, struct rng *r)
{
    const struct pareto_spec *s = spec;
    return s->low * exact_exp(rng_exponential(r) / s->alpha); /* log(X/low) is exponential */
}

static double pareto_mean(const void *spec)
{
    const struct pareto_spec *s = spec;
    return s->alpha > 1 ? s->low * s->alpha / (s->alpha - 1) : INFINITY;
}

static double pareto_scv(const void *spec)
{
    double alpha = ((const struct pareto_spec *)spec)->alpha;
    return alpha > 2 ? 1 / (alpha * (alpha - 2)) : INFINITY;
}

static void pareto_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    (void)doc;
    struct pareto_spec *s = spec;
    if ((s->mean > 0) == (s->low > 0)) {
        diag_error(d, at, path, "pareto { alpha = 2.5, mean = \"10ms\" }",
                   "needs either mean or low, greater than 0");
        return;
    }
    if (s->low > 0) return;
    if (s->alpha > 1)
        s->low = s->mean * (s->alpha - 1) / s->alpha;
    else
        judge_field(d, at, path, "mean", "give low instead", "with alpha %g there is no mean",
                    s->alpha);
}

static const struct field pareto_fields[] = {
    NUMBER(struct pareto_spec, "alpha", alpha, .min = 0.01, .max = 1000,
           .doc = "Tail index; no variance up to 2, no mean up to 1."),
    AMOUNT(struct pareto_spec, "mean", mean, .preset = "", .doc = "The mean; or give low."),
    AMOUNT(struct pareto_spec, "low", low, .preset = "", .doc = "The least value; or give mean."),
    FIELDS_END,
};

static const struct dist_type pareto_type = { pareto_draw, pareto_mean, pareto_scv };

const struct kind dist_pareto = {
    .name = "pareto",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "A heavy tail without an end: a few values are as large as all others together.",
    .example = "pareto { alpha = 2.5, mean = \"10ms\" }",
    .spec_size = sizeof(struct pareto_spec),
    .fields = pareto_fields,
    .check = pareto_check,
    .vtable = &pareto_type,
};
