/* dist_lognormal.c - latencies as they are measured: said by mean and scv, or by two quantiles. */
#include "orrery/dist.h"

#include "base/exact.h"
#include "engine/judge.h"

#include <math.h>

#include "base/poison.h"

struct lognormal_spec {
    double mean, scv, p50, p95, p99; /* 0: not said */
    double mu, sigma;                /* derived: exp(mu + sigma Z) */
};

static double lognormal_draw(const void *spec, struct rng *r)
{
    const struct lognormal_spec *s = spec;
    return exact_exp(s->mu + s->sigma * rng_normal(r));
}

static double lognormal_mean(const void *spec)
{
    const struct lognormal_spec *s = spec;
    return exact_exp(s->mu + s->sigma * s->sigma / 2);
}

static double lognormal_scv(const void *spec)
{
    const struct lognormal_spec *s = spec;
    return exact_exp(s->sigma * s->sigma) - 1;
}

static void check_quantiles(struct lognormal_spec *s, const char *high_name, double high, double p,
                            struct place at, const char *path, struct diag *d)
{
    if (high < s->p50) {
        judge_field(d, at, path, high_name, "swap them", "is below p50");
        return;
    }
    s->mu = exact_log(s->p50);
    s->sigma = exact_log(high / s->p50) / exact_normal_quantile(p);
}

static void lognormal_check(void *spec, const struct document *doc, struct place at,
                            const char *path, struct diag *d)
{
    (void)doc;
    struct lognormal_spec *s = spec;
    enum { MEAN = 1, SCV = 2, P50 = 4, P95 = 8, P99 = 16 };
    int said = (s->mean > 0) * MEAN + (s->scv > 0) * SCV + (s->p50 > 0) * P50 + (s->p95 > 0) * P95 +
               (s->p99 > 0) * P99;
    if (said == (MEAN | SCV)) {
        double variance = exact_log(1 + s->scv);
        s->sigma = sqrt(variance);
        s->mu = exact_log(s->mean) - variance / 2;
    } else if (said == (P50 | P95))
        check_quantiles(s, "p95", s->p95, 0.95, at, path, d);
    else if (said == (P50 | P99))
        check_quantiles(s, "p99", s->p99, 0.99, at, path, d);
    else
        diag_error(d, at, path, "lognormal { p50 = \"4ms\", p99 = \"20ms\" }",
                   "needs exactly mean and scv, or p50 and p99, or p50 and p95, "
                   "each greater than 0");
}

static const struct field lognormal_fields[] = {
    AMOUNT(struct lognormal_spec, "mean", mean, .preset = "", .doc = "The mean; with scv."),
    NUMBER(struct lognormal_spec, "scv", scv, .preset = "", .min = 1e-9, .max = 1e6,
           .doc = "Variance over squared mean; with mean."),
    AMOUNT(struct lognormal_spec, "p50", p50, .preset = "", .doc = "The median; with p95 or p99."),
    AMOUNT(struct lognormal_spec, "p95", p95, .preset = "", .doc = "The 95 % quantile; with p50."),
    AMOUNT(struct lognormal_spec, "p99", p99, .preset = "", .doc = "The 99 % quantile; with p50."),
    FIELDS_END,
};

static const struct dist_type lognormal_type = { lognormal_draw, lognormal_mean, lognormal_scv };

const struct kind dist_lognormal = {
    .name = "lognormal",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "What measured latencies look like. Said by mean and scv, or by p50 and p99 (or p95).",
    .example = "lognormal { p50 = \"4ms\", p99 = \"20ms\" }",
    .spec_size = sizeof(struct lognormal_spec),
    .fields = lognormal_fields,
    .check = lognormal_check,
    .vtable = &lognormal_type,
};
