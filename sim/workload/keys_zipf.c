/* keys_zipf.c - few keys that everybody wants, many that hardly anyone does.
 *
 * P(key = k) is proportional to (k+1)^-s. By rejection-inversion: no table, so n may be billions,
 * and fewer than 1.1 tries a draw. H below is the integral of x^-s that the inversion walks on. */
#include "workload/keys.h"

#include "base/exact.h"

#include <math.h>

struct zipf_spec {
    uint32_t n;
    double s;
    double low, high; /* derived: H(1.5) - 1 and H(n + 0.5) */
    double squeeze;   /* derived: x this near its rounding needs no test */
};

/* Below this the differences cancel; the series are then good to 1e-15. */
#define SERIES_BELOW 1e-3

/* log(1 + t) / t */
static double log_ratio(double t)
{
    if (fabs(t) > SERIES_BELOW) return exact_log(1 + t) / t;
    return 1 - t * (1.0 / 2 - t * (1.0 / 3 - t * (1.0 / 4 - t / 5)));
}

/* (exp(t) - 1) / t */
static double exp_ratio(double t)
{
    if (fabs(t) > SERIES_BELOW) return (exact_exp(t) - 1) / t;
    return 1 + t / 2 * (1 + t / 3 * (1 + t / 4 * (1 + t / 5)));
}

static double weight(double s, double x)
{
    return exact_exp(-s * exact_log(x));
}

static double weight_integral(double s, double x)
{
    double log_x = exact_log(x);
    return exp_ratio((1 - s) * log_x) * log_x;
}

static double weight_integral_inverse(double s, double y)
{
    double t = y * (1 - s);
    if (t < -1) t = -1; /* rounding near the end of the range */
    return exact_exp(log_ratio(t) * y);
}

static uint32_t zipf_draw(const void *spec, struct rng *r)
{
    const struct zipf_spec *z = spec;
    for (;;) {
        double u = z->high + rng_uniform(r) * (z->low - z->high);
        double x = weight_integral_inverse(z->s, u);
        double k = floor(x + 0.5);
        if (k < 1) k = 1;
        if (k > z->n) k = z->n;
        if (k - x <= z->squeeze || u >= weight_integral(z->s, k + 0.5) - weight(z->s, k))
            return (uint32_t)k - 1;
    }
}

static void zipf_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d;
    struct zipf_spec *z = spec;
    z->low = weight_integral(z->s, 1.5) - 1;
    z->high = weight_integral(z->s, z->n + 0.5);
    z->squeeze = 2 - weight_integral_inverse(z->s, weight_integral(z->s, 2.5) - weight(z->s, 2));
}

static const struct keys_type zipf_type = { zipf_draw };

static const struct field zipf_fields[] = {
    COUNT(struct zipf_spec, "n", n, .min = 1, .max = 4e9, .position = 1,
          .doc = "How many keys there are."),
    NUMBER(struct zipf_spec, "s", s, .preset = "1", .min = 0, .max = 20, .position = 2,
           .doc = "The exponent: 0 is uniform, about 1 is web traffic."),
    FIELDS_END
};

const struct kind keys_zipf = {
    .name = "zipf",
    .role = "keys",
    .form = KIND_PART,
    .room = "workload",
    .doc = "The k-th most popular of n keys is asked for in proportion to k^-s.",
    .source = "Hoermann & Derflinger, Rejection-inversion to generate variates from monotone "
              "discrete distributions (1996)",
    .example = "keys = zipf { n = 10000, s = 0.99 }",
    .spec_size = sizeof(struct zipf_spec),
    .fields = zipf_fields,
    .check = zipf_check,
    .vtable = &zipf_type,
};
