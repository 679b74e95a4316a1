/* dist_normal.c - the normal law without its negative part.
 *
 * mean and stddev are those before the cut; draws below 0 are drawn again. Because the mean is not
 * negative, at least every second draw is kept. */
#include "orrery/dist.h"

#include "base/exact.h"
#include "engine/judge.h"

#include "base/poison.h"

#define SQRT_TWO_PI 2.5066282746310002
#define FAR_FROM_ZERO 9.0 /* standard deviations: what is cut is below 1e-19 */

struct normal_spec {
    double mean, stddev;
    double cut_mean, cut_scv; /* derived: of what is left above 0 */
};

static double normal_draw(const void *spec, struct rng *r)
{
    const struct normal_spec *s = spec;
    double x;
    do
        x = s->mean + s->stddev * rng_normal(r);
    while (x < 0);
    return x;
}

static double normal_mean(const void *spec)
{
    return ((const struct normal_spec *)spec)->cut_mean;
}

static double normal_scv(const void *spec)
{
    return ((const struct normal_spec *)spec)->cut_scv;
}

/* P(Z < x) for 0 <= x <= FAR_FROM_ZERO: 1/2 + density * (x + x^3/3 + x^5/15 + ...), all positive.
 */
static double normal_below(double x, double density)
{
    double term = x, sum = x;
    for (int n = 3; term > sum * 1e-17; n += 2) {
        term *= x * x / n;
        sum += term;
    }
    return 0.5 + density * sum;
}

/* The moments of a normal cut at 0 (Johnson, Kotz & Balakrishnan, vol. 1, 13.10.1). */
static void normal_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d; /* the fields' own ranges are all there is to say */
    struct normal_spec *s = spec;
    double hazard = 0, x = s->stddev > 0 ? s->mean / s->stddev : FAR_FROM_ZERO;
    if (x < FAR_FROM_ZERO) {
        double density = exact_exp(-x * x / 2) / SQRT_TWO_PI;
        hazard = density / normal_below(x, density);
    }
    double variance = s->stddev * s->stddev * (1 - hazard * (x + hazard));
    s->cut_mean = s->mean + s->stddev * hazard;
    s->cut_scv = s->cut_mean > 0 ? variance / (s->cut_mean * s->cut_mean) : 0;
}

static const struct field normal_fields[] = {
    AMOUNT(struct normal_spec, "mean", mean, .position = 1, .doc = "The mean before the cut at 0."),
    AMOUNT(struct normal_spec, "stddev", stddev, .position = 2,
           .doc = "The standard deviation before the cut at 0."),
    FIELDS_END,
};

static const struct dist_type normal_type = { normal_draw, normal_mean, normal_scv };

const struct kind dist_normal = {
    .name = "normal",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "The bell curve, cut at 0: a draw below 0 is drawn again.",
    .example = "normal(\"10ms\", \"2ms\")",
    .spec_size = sizeof(struct normal_spec),
    .fields = normal_fields,
    .check = normal_check,
    .vtable = &normal_type,
};
