/* dist_geometric.c - how many tries until the first success: 1, 2, 3, ...; the size of a batch. */
#include "orrery/dist.h"

#include "base/exact.h"
#include "engine/judge.h"

#include "base/poison.h"

struct geometric_spec {
    double mean;
    double per_try; /* derived: 1 / -log(1 - 1/mean); 0 when the mean is 1 */
};

#define GEOMETRIC_MAX 1e9 /* above this 1 - 1/mean has too few digits left */

/* The whole part of an exponential is geometric. */
static double geometric_draw(const void *spec, struct rng *r)
{
    double more = rng_exponential(r) * ((const struct geometric_spec *)spec)->per_try;
    return 1 + (double)(int64_t)more;
}

static double geometric_mean(const void *spec)
{
    return ((const struct geometric_spec *)spec)->mean;
}

static double geometric_scv(const void *spec)
{
    return 1 - 1 / ((const struct geometric_spec *)spec)->mean;
}

static void geometric_check(void *spec, const struct document *doc, struct place at,
                            const char *path, struct diag *d)
{
    (void)doc;
    struct geometric_spec *s = spec;
    if (!(s->mean >= 1 && s->mean <= GEOMETRIC_MAX))
        judge_field(d, at, path, "mean", NULL, "%g is outside 1..%g", s->mean, GEOMETRIC_MAX);
    else if (s->mean > 1)
        s->per_try = -1 / exact_log(1 - 1 / s->mean);
}

static const struct field geometric_fields[] = {
    AMOUNT(struct geometric_spec, "mean", mean, .position = 1, .doc = "The mean; at least 1."),
    FIELDS_END,
};

static const struct dist_type geometric_type = { geometric_draw, geometric_mean, geometric_scv };

const struct kind dist_geometric = {
    .name = "geometric",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Tries until the first success: whole numbers from 1 up. The size of a batch.",
    .example = "geometric(3)",
    .spec_size = sizeof(struct geometric_spec),
    .fields = geometric_fields,
    .check = geometric_check,
    .vtable = &geometric_type,
};
