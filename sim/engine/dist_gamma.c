/* dist_gamma.c - gamma by its mean and squared coefficient of variation.
 *
 * Draws by squeeze from a cubed normal (Marsaglia & Tsang, ACM TOMS 26, 2000); a shape below 1 is
 * a draw of shape + 1 times a power of a uniform, which is exp of an exponential. */
#include "engine/gamma.h"

#include "base/exact.h"
#include "engine/judge.h"
#include "orrery/dist.h"

#include <math.h>

#include "base/poison.h"

struct gamma_spec {
    double mean, scv;
    double scale; /* derived */
    struct gamma_law law;
};

struct gamma_law gamma_law_of(double shape)
{
    struct gamma_law g = { 0 };
    if (shape < 1) {
        g.inverse = 1 / shape;
        shape += 1;
    }
    g.d = shape - 1.0 / 3;
    g.c = 1 / sqrt(9 * g.d);
    return g;
}

double gamma_draw(const struct gamma_law *g, struct rng *r)
{
    double x, v, u;
    for (;;) {
        do {
            x = rng_normal(r);
            v = 1 + g->c * x;
        } while (v <= 0);
        v = v * v * v;
        u = rng_uniform_positive(r);
        if (u < 1 - 0.0331 * (x * x) * (x * x)) break;
        if (exact_log(u) < 0.5 * x * x + g->d * (1 - v + exact_log(v))) break;
    }
    double value = g->d * v;
    return g->inverse > 0 ? value * exact_exp(-rng_exponential(r) * g->inverse) : value;
}

static double gamma_spec_draw(const void *spec, struct rng *r)
{
    const struct gamma_spec *s = spec;
    return s->scale * gamma_draw(&s->law, r);
}

static double gamma_mean(const void *spec)
{
    return ((const struct gamma_spec *)spec)->mean;
}

static double gamma_scv(const void *spec)
{
    return ((const struct gamma_spec *)spec)->scv;
}

static void gamma_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    struct gamma_spec *s = spec;
    if (!judge_positive(d, at, path, "mean", s->mean)) return;
    s->scale = s->mean * s->scv;
    s->law = gamma_law_of(1 / s->scv);
}

static const struct field gamma_fields[] = {
    AMOUNT(struct gamma_spec, "mean", mean, .doc = "The mean."),
    NUMBER(struct gamma_spec, "scv", scv, .min = 1e-6, .max = 1e4,
           .doc = "Variance over squared mean; 1 is exponential."),
    FIELDS_END,
};

static const struct dist_type gamma_type = { gamma_spec_draw, gamma_mean, gamma_scv };

const struct kind dist_gamma = {
    .name = "gamma",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Smoother (scv below 1) or rougher (above 1) than exponential, with a light tail.",
    .example = "gamma { mean = \"4ms\", scv = 0.5 }",
    .spec_size = sizeof(struct gamma_spec),
    .fields = gamma_fields,
    .check = gamma_check,
    .vtable = &gamma_type,
};
