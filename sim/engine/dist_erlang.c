/* dist_erlang.c - the sum of k exponential stages. */
#include "orrery/dist.h"

#include "engine/gamma.h"
#include "engine/judge.h"

#include "base/poison.h"

/* Up to here adding k ziggurat draws is quicker than one gamma draw; the law is the same. */
#define STAGES_ADDED_MAX 4
#define STAGES_MAX 10000

struct erlang_spec {
    uint32_t k;
    double mean;
    double stage_mean; /* derived */
    struct gamma_law law;
};

static double erlang_draw(const void *spec, struct rng *r)
{
    const struct erlang_spec *s = spec;
    if (s->k > STAGES_ADDED_MAX) return s->stage_mean * gamma_draw(&s->law, r);
    double sum = 0;
    for (uint32_t i = 0; i < s->k; i++)
        sum += rng_exponential(r);
    return s->stage_mean * sum;
}

static double erlang_mean(const void *spec)
{
    return ((const struct erlang_spec *)spec)->mean;
}

static double erlang_scv(const void *spec)
{
    return 1.0 / ((const struct erlang_spec *)spec)->k;
}

static void erlang_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    (void)doc;
    struct erlang_spec *s = spec;
    if (!judge_positive(d, at, path, "mean", s->mean)) return;
    s->stage_mean = s->mean / s->k;
    s->law = gamma_law_of(s->k);
}

static const struct field erlang_fields[] = {
    COUNT(struct erlang_spec, "k", k, .min = 1, .max = STAGES_MAX, .position = 1,
          .doc = "Number of stages; more is steadier."),
    AMOUNT(struct erlang_spec, "mean", mean, .position = 2, .doc = "The mean of the sum."),
    FIELDS_END,
};

static const struct dist_type erlang_type = { erlang_draw, erlang_mean, erlang_scv };

const struct kind dist_erlang = {
    .name = "erlang",
    .role = "dist",
    .form = KIND_PART,
    .room = "engine",
    .doc = "The sum of k exponential stages: steadier than exponential, scv 1/k.",
    .example = "erlang(4, \"20ms\")",
    .spec_size = sizeof(struct erlang_spec),
    .fields = erlang_fields,
    .check = erlang_check,
    .vtable = &erlang_type,
};
