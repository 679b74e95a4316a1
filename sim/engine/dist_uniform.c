/* dist_uniform.c - every value between two bounds is as likely. */
#include "orrery/dist.h"

#include "engine/judge.h"

#include "base/poison.h"

struct uniform_spec {
    double low, high;
};

static double uniform_draw(const void *spec, struct rng *r)
{
    const struct uniform_spec *s = spec;
    return s->low + (s->high - s->low) * rng_uniform(r);
}

static double uniform_mean(const void *spec)
{
    const struct uniform_spec *s = spec;
    return (s->low + s->high) / 2;
}

static double uniform_scv(const void *spec)
{
    const struct uniform_spec *s = spec;
    double width = s->high - s->low, mean = uniform_mean(s);
    return mean > 0 ? width * width / 12 / (mean * mean) : 0;
}

static void uniform_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    const struct uniform_spec *s = spec;
    if (s->low > s->high) judge_field(d, at, path, "low", "swap them", "is above high");
}

static const struct field uniform_fields[] = {
    AMOUNT(struct uniform_spec, "low", low, .position = 1, .doc = "The least value."),
    AMOUNT(struct uniform_spec, "high", high, .position = 2, .doc = "The greatest value."),
    FIELDS_END,
};

static const struct dist_type uniform_type = { uniform_draw, uniform_mean, uniform_scv };

const struct kind dist_uniform = {
    .name = "uniform",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Every value between two bounds is as likely.",
    .example = "uniform(\"1s\", \"10s\")",
    .spec_size = sizeof(struct uniform_spec),
    .fields = uniform_fields,
    .check = uniform_check,
    .vtable = &uniform_type,
};
