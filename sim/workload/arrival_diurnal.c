/* arrival_diurnal.c - day and night: Poisson calls at a rate that follows a cosine.
 *
 * By thinning (Lewis & Shedler 1979): candidates at the peak rate, each kept with the share that
 * the rate has of the peak at its moment. */
#include "orrery/arrival.h"

#include "base/exact.h"
#include "engine/judge.h"
#include "workload/gap.h"

#include "base/poison.h"

#define TWO_PI 6.283185307179586

struct diurnal_spec {
    double low_per_s, mean_per_s, peak_per_s;
    int64_t period_ns, phase_ns;
    double middle, swing; /* derived: rate(t) = middle - swing * cos(2 pi (t + phase) / period) */
};

static double turns_at(const struct diurnal_spec *s, double ns)
{
    return (ns + (double)s->phase_ns) / (double)s->period_ns;
}

static int64_t diurnal_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    (void)state;
    const struct diurnal_spec *s = spec;
    double candidate_ns = gap_mean_ns(s->peak_per_s), ahead_ns = 0;
    while (ahead_ns < (double)TIME_MAX_NS) {
        ahead_ns += candidate_ns * rng_exponential(r);
        double turns = turns_at(s, (double)now_ns + ahead_ns);
        double rate = s->middle - s->swing * exact_cos_turns(turns);
        if (rng_uniform(r) * s->peak_per_s < rate) break;
    }
    return gap_of(ahead_ns);
}

/* The integral of the cosine over the run. */
static double diurnal_rate(const void *spec, int64_t duration_ns)
{
    const struct diurnal_spec *s = spec;
    if (duration_ns <= 0) return s->middle;
    double from = exact_sin_turns(turns_at(s, 0));
    double to = exact_sin_turns(turns_at(s, (double)duration_ns));
    double periods = (double)duration_ns / (double)s->period_ns;
    return s->middle - s->swing * (to - from) / (TWO_PI * periods);
}

static void diurnal_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    struct diurnal_spec *s = spec;
    if (!judge_positive(d, at, path, "peak", s->peak_per_s)) return;
    if (s->mean_per_s > 0 && s->low_per_s > 0) {
        judge_field(d, at, path, "mean", "low + peak = 2 mean",
                    "give either low or mean, not both");
        return;
    }
    double low = s->mean_per_s > 0 ? 2 * s->mean_per_s - s->peak_per_s : s->low_per_s;
    if (low > s->peak_per_s)
        judge_field(d, at, path, s->mean_per_s > 0 ? "mean" : "low", "swap them", "is above peak");
    else if (low < 0)
        judge_field(d, at, path, "mean", "raise it or lower the peak",
                    "is below half the peak: the rate would be negative at night");
    s->middle = (s->peak_per_s + low) / 2;
    s->swing = (s->peak_per_s - low) / 2;
}

static const struct field diurnal_fields[] = {
    RATE(struct diurnal_spec, "low", low_per_s, .preset = "",
         .doc = "Calls per second at the quietest moment; 0 unless said."),
    RATE(struct diurnal_spec, "mean", mean_per_s, .preset = "", .min = 1e-9, .max = 1e12,
         .doc = "Mean calls per second, instead of low."),
    RATE(struct diurnal_spec, "peak", peak_per_s, .doc = "Calls per second at the busiest moment."),
    DURATION(struct diurnal_spec, "period", period_ns, .preset = "1d", .min = 1e6,
             .max = (double)TIME_MAX_NS, .doc = "From one quietest moment to the next."),
    DURATION(struct diurnal_spec, "phase", phase_ns, .preset = "0s",
             .doc = "How far past the quietest moment the run begins."),
    FIELDS_END,
};

static const struct arrival_type diurnal_type = { .next_gap = diurnal_gap,
                                                  .mean_rate = diurnal_rate };

const struct kind arrival_diurnal = {
    .name = "diurnal",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Day and night: Poisson calls at a rate that swings between low and peak.",
    .example = "diurnal { low = \"20/s\", peak = \"200/s\", period = \"24h\" }",
    .spec_size = sizeof(struct diurnal_spec),
    .fields = diurnal_fields,
    .check = diurnal_check,
    .vtable = &diurnal_type,
};
