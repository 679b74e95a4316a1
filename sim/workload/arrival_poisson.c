/* arrival_poisson.c - many independent users: what a bare "40/s" means where an arrival may stand.
 */
#include "orrery/arrival.h"

#include "workload/gap.h"

#include "base/poison.h"

struct poisson_spec {
    double rate_per_s;
    double gap_ns; /* derived */
};

static int64_t poisson_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    (void)state, (void)now_ns;
    return gap_of(((const struct poisson_spec *)spec)->gap_ns * rng_exponential(r));
}

static double poisson_mean_ns(const void *spec)
{
    return ((const struct poisson_spec *)spec)->gap_ns;
}

static double poisson_rate(const void *spec, int64_t duration_ns)
{
    (void)duration_ns;
    return ((const struct poisson_spec *)spec)->rate_per_s;
}

static void poisson_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d; /* the field's range is all there is to say */
    struct poisson_spec *s = spec;
    s->gap_ns = gap_mean_ns(s->rate_per_s);
}

static const struct field poisson_fields[] = {
    RATE(struct poisson_spec, "rate", rate_per_s, .position = 1, .doc = "Mean calls per second."),
    FIELDS_END,
};

static const struct arrival_type poisson_type = { .next_gap = poisson_gap,
                                                  .exponential_ns = poisson_mean_ns,
                                                  .mean_rate = poisson_rate };

const struct kind arrival_poisson = {
    .name = "poisson",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Calls of many independent users at a constant mean rate. A bare rate means this.",
    .example = "poisson \"40/s\"",
    .spec_size = sizeof(struct poisson_spec),
    .fields = poisson_fields,
    .scalar = true,
    .check = poisson_check,
    .vtable = &poisson_type,
};
