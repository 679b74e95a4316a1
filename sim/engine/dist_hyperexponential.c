/* dist_hyperexponential.c - often short, sometimes long: two exponentials with balanced means, so
 * that each carries half of the total. */
#include "orrery/dist.h"

#include "engine/judge.h"

#include <math.h>

#include "base/poison.h"

struct hyperexponential_spec {
    double mean, scv;
    double short_share, short_mean, long_mean; /* derived */
};

static double hyperexponential_draw(const void *spec, struct rng *r)
{
    const struct hyperexponential_spec *s = spec;
    double mean = rng_uniform(r) < s->short_share ? s->short_mean : s->long_mean;
    return mean * rng_exponential(r);
}

static double hyperexponential_mean(const void *spec)
{
    return ((const struct hyperexponential_spec *)spec)->mean;
}

static double hyperexponential_scv(const void *spec)
{
    return ((const struct hyperexponential_spec *)spec)->scv;
}

/* Balanced means (Whitt, Oper. Res. 30, 1982): p1 m1 = p2 m2 = mean/2. */
static void hyperexponential_check(void *spec, const struct document *doc, struct place at,
                                   const char *path, struct diag *d)
{
    (void)doc;
    struct hyperexponential_spec *s = spec;
    if (!judge_positive(d, at, path, "mean", s->mean)) return;
    s->short_share = (1 + sqrt((s->scv - 1) / (s->scv + 1))) / 2;
    s->short_mean = s->mean / (2 * s->short_share);
    s->long_mean = s->mean / (2 * (1 - s->short_share));
}

static const struct field hyperexponential_fields[] = {
    AMOUNT(struct hyperexponential_spec, "mean", mean, .doc = "The mean."),
    NUMBER(struct hyperexponential_spec, "scv", scv, .min = 1, .max = 1e6,
           .doc = "Variance over squared mean; 1 is exponential."),
    FIELDS_END,
};

static const struct dist_type hyperexponential_type = { hyperexponential_draw,
                                                        hyperexponential_mean,
                                                        hyperexponential_scv };

const struct kind dist_hyperexponential = {
    .name = "hyperexponential",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Often short, sometimes long: two exponentials with balanced means.",
    .example = "hyperexponential { mean = \"10ms\", scv = 4 }",
    .spec_size = sizeof(struct hyperexponential_spec),
    .fields = hyperexponential_fields,
    .check = hyperexponential_check,
    .vtable = &hyperexponential_type,
};
