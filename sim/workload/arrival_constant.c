/* arrival_constant.c - a metronome. What rounding to whole nanoseconds leaves is carried to the
 * next gap, so that a million calls at 3/s take a million thirds of a second. */
#include "orrery/arrival.h"

#include "workload/gap.h"

#include "base/poison.h"

struct constant_rate_spec {
    double rate_per_s;
};

struct constant_rate {
    double carry_ns; /* -0.5 .. 0.5 */
};

static int64_t constant_rate_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    (void)now_ns, (void)r;
    struct constant_rate *c = state;
    double exact_ns =
        gap_mean_ns(((const struct constant_rate_spec *)spec)->rate_per_s) + c->carry_ns;
    int64_t gap = gap_of(exact_ns);
    if (gap != TIME_NEVER) c->carry_ns = exact_ns - (double)gap;
    return gap;
}

static double constant_rate_mean(const void *spec, int64_t duration_ns)
{
    (void)duration_ns;
    return ((const struct constant_rate_spec *)spec)->rate_per_s;
}

static const struct field constant_rate_fields[] = {
    RATE(struct constant_rate_spec, "rate", rate_per_s, .position = 1, .doc = "Calls per second."),
    FIELDS_END,
};

static const struct arrival_type constant_rate_type = {
    .state_size = sizeof(struct constant_rate),
    .next_gap = constant_rate_gap,
    .mean_rate = constant_rate_mean,
};

const struct kind arrival_constant = {
    .name = "constantRate",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Calls at exactly equal gaps, the first after one gap.",
    .example = "constantRate \"10/s\"",
    .spec_size = sizeof(struct constant_rate_spec),
    .fields = constant_rate_fields,
    .vtable = &constant_rate_type,
};
