/* arrival_renewal.c - independent gaps of any distribution. */
#include "orrery/arrival.h"

#include "engine/judge.h"
#include "orrery/dist.h"
#include "orrery/time.h"

#include "base/poison.h"

struct renewal_spec {
    struct part gap;
};

static int64_t renewal_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    (void)state, (void)now_ns;
    return dist_draw_ns(&((const struct renewal_spec *)spec)->gap, r);
}

/* The long-run rate; a short run sees a little more or less of it. */
static double renewal_rate(const void *spec, int64_t duration_ns)
{
    (void)duration_ns;
    return (double)NS_PER_S / dist_mean(&((const struct renewal_spec *)spec)->gap);
}

/* Half a nanosecond: gaps that all round to 0 would never let the clock move. */
#define GAP_MEAN_NS_MIN 0.5

static void renewal_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    if (!(dist_mean(&((const struct renewal_spec *)spec)->gap) >= GAP_MEAN_NS_MIN))
        judge_field(d, at, path, "gap", NULL, "its mean must be greater than 0");
}

static const struct field renewal_fields[] = {
    PART(struct renewal_spec, "gap", gap, "dist", .unit = UNIT_DURATION, .position = 1,
         .doc = "Time between two calls."),
    FIELDS_END,
};

static const struct arrival_type renewal_type = { .next_gap = renewal_gap,
                                                  .mean_rate = renewal_rate };

const struct kind arrival_renewal = {
    .name = "renewal",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Independent gaps of any distribution: GI in queueing notation.",
    .example = "renewal { gap = erlang(2, \"20ms\") }",
    .spec_size = sizeof(struct renewal_spec),
    .fields = renewal_fields,
    .check = renewal_check,
    .vtable = &renewal_type,
};
