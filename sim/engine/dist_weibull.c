/* dist_weibull.c - lifetimes: failure more likely (shape above 1) or less likely with age. */
#include "orrery/dist.h"

#include "base/exact.h"
#include "engine/judge.h"

#include "base/poison.h"

struct weibull_spec {
    double shape, mean;
    double scale, power; /* derived: scale * E^power, E exponential */
};

static double weibull_draw(const void *spec, struct rng *r)
{
    const struct weibull_spec *s = spec;
    return s->scale * exact_pow(rng_exponential(r), s->power);
}

static double weibull_mean(const void *spec)
{
    return ((const struct weibull_spec *)spec)->mean;
}

static double weibull_scv(const void *spec)
{
    const struct weibull_spec *s = spec;
    double first = exact_gamma(1 + s->power), second = exact_gamma(1 + 2 * s->power);
    return second / (first * first) - 1;
}

static void weibull_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    struct weibull_spec *s = spec;
    if (!judge_positive(d, at, path, "mean", s->mean)) return;
    s->power = 1 / s->shape;
    s->scale = s->mean / exact_gamma(1 + s->power);
}

static const struct field weibull_fields[] = {
    NUMBER(struct weibull_spec, "shape", shape, .min = 0.1, .max = 100,
           .doc = "Below 1 the young fail, 1 is exponential, above 1 the old fail."),
    AMOUNT(struct weibull_spec, "mean", mean, .doc = "The mean."),
    FIELDS_END,
};

static const struct dist_type weibull_type = { weibull_draw, weibull_mean, weibull_scv };

const struct kind dist_weibull = {
    .name = "weibull",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Lifetimes whose failure rate falls (shape below 1) or rises (above 1) with age.",
    .example = "weibull { shape = 0.5, mean = \"6h\" }",
    .spec_size = sizeof(struct weibull_spec),
    .fields = weibull_fields,
    .check = weibull_check,
    .vtable = &weibull_type,
};
