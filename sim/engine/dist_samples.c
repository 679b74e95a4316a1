/* dist_samples.c - a trace of values, drawn from with replacement: each is as likely. */
#include "orrery/dist.h"

#include "engine/judge.h"

#include "base/poison.h"

struct samples_spec {
    struct list values; /* of double */
};

static double samples_draw(const void *spec, struct rng *r)
{
    const struct samples_spec *s = spec;
    return ((const double *)s->values.items)[rng_below(r, s->values.count)];
}

static double samples_mean(const void *spec)
{
    const struct samples_spec *s = spec;
    double sum = 0;
    for (uint32_t i = 0; i < s->values.count; i++)
        sum += ((const double *)s->values.items)[i];
    return sum / s->values.count;
}

static double samples_scv(const void *spec)
{
    const struct samples_spec *s = spec;
    double mean = samples_mean(s), sum = 0;
    for (uint32_t i = 0; i < s->values.count; i++) {
        double apart = ((const double *)s->values.items)[i] - mean;
        sum += apart * apart;
    }
    return mean > 0 ? sum / s->values.count / (mean * mean) : 0;
}

static void samples_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    if (((const struct samples_spec *)spec)->values.count == 0)
        judge_field(d, at, path, "values", "samples { \"3ms\", \"4ms\", \"12ms\" }",
                    "needs at least one value");
}

static const struct field samples_fields[] = {
    LIST(struct samples_spec, "values", values, FIELD_AMOUNT, .position = FIELD_REST,
         .doc = "The observed values."),
    FIELDS_END,
};

static const struct dist_type samples_type = { samples_draw, samples_mean, samples_scv };

const struct kind dist_samples = {
    .name = "samples",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Observed values, drawn with replacement: each is as likely.",
    .example = "samples { \"3ms\", \"4ms\", \"12ms\" }",
    .spec_size = sizeof(struct samples_spec),
    .fields = samples_fields,
    .check = samples_check,
    .vtable = &samples_type,
};
