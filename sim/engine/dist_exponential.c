/* dist_exponential.c - memoryless times: on the hot path of every benchmark. */
#include "orrery/dist.h"

#include "engine/judge.h"

#include "base/poison.h"

struct exponential_spec {
    double mean;
};

static double exponential_draw(const void *spec, struct rng *r)
{
    return ((const struct exponential_spec *)spec)->mean * rng_exponential(r);
}

static double exponential_mean(const void *spec)
{
    return ((const struct exponential_spec *)spec)->mean;
}

static double exponential_scv(const void *spec)
{
    (void)spec;
    return 1;
}

static void exponential_check(void *spec, const struct document *doc, struct place at,
                              const char *path, struct diag *d)
{
    (void)doc;
    judge_positive(d, at, path, "mean", ((const struct exponential_spec *)spec)->mean);
}

static const struct field exponential_fields[] = {
    AMOUNT(struct exponential_spec, "mean", mean, .position = 1, .doc = "The mean."),
    FIELDS_END,
};

static const struct dist_type exponential_type = {
    .draw = exponential_draw, .mean = exponential_mean, .scv = exponential_scv, .exponential = true
};

const struct kind dist_exponential = {
    .name = "exponential",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "Memoryless: how long it took so far says nothing of how long it will take.",
    .example = "exponential \"4ms\"",
    .spec_size = sizeof(struct exponential_spec),
    .fields = exponential_fields,
    .check = exponential_check,
    .vtable = &exponential_type,
};
