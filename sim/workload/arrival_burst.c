/* arrival_burst.c - a base rate and a surge, once or again and again. */
#include "orrery/arrival.h"

#include "engine/judge.h"
#include "orrery/time.h"
#include "workload/rate_steps.h"

#include "base/poison.h"

struct burst_spec {
    double base_per_s, peak_per_s;
    int64_t at_ns, duration_ns, every_ns; /* every: 0 = once */
    int64_t begin_ns[3];                  /* derived: before, surge, after */
    double per_s[3];
    struct rate_steps steps;
};

static int64_t burst_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    return rate_next_gap(&((const struct burst_spec *)spec)->steps, state, now_ns, r);
}

static double burst_rate(const void *spec, int64_t duration_ns)
{
    return rate_mean(&((const struct burst_spec *)spec)->steps, duration_ns);
}

static void burst_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc;
    struct burst_spec *s = spec;
    if (s->every_ns > 0 && s->every_ns <= s->duration_ns)
        judge_field(d, at, path, "every", NULL, "must be longer than the surge itself");
    for (int i = 0; i < 3; i++)
        s->per_s[i] = i == 1 ? s->peak_per_s : s->base_per_s;
    s->begin_ns[1] = s->at_ns;
    s->begin_ns[2] = s->at_ns + s->duration_ns;
    s->steps = (struct rate_steps){ .count = 3,
                                    .begin_ns = s->begin_ns,
                                    .per_s = s->per_s,
                                    .end_ns = s->every_ns > 0 ? s->at_ns + s->every_ns : TIME_NEVER,
                                    .cycle = s->every_ns > 0 ? 1 : 3 };
    rate_steps_close(&s->steps);
}

static const struct field burst_fields[] = {
    RATE(struct burst_spec, "base", base_per_s, .doc = "Calls per second outside the surge."),
    RATE(struct burst_spec, "peak", peak_per_s, .doc = "Calls per second during it."),
    DURATION(struct burst_spec, "at", at_ns, .doc = "When it begins, from the run's begin."),
    DURATION(struct burst_spec, "duration", duration_ns, .min = 1, .max = (double)TIME_MAX_NS,
             .doc = "How long it lasts."),
    DURATION(struct burst_spec, "every", every_ns, .preset = "",
             .doc = "From one begin to the next; only one surge unless said."),
    FIELDS_END,
};

static const struct arrival_type burst_type = {
    .state_size = sizeof(struct rate_cursor),
    .next_gap = burst_gap,
    .mean_rate = burst_rate,
};

const struct kind arrival_burst = {
    .name = "burst",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Poisson calls at a base rate, and at a peak rate during a surge.",
    .example = "burst { base = \"50/s\", peak = \"500/s\", at = \"10m\", duration = \"2m\" }",
    .spec_size = sizeof(struct burst_spec),
    .fields = burst_fields,
    .check = burst_check,
    .vtable = &burst_type,
};
