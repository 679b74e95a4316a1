/* arrival_batch.c - calls that come several at once, as a page's or a job's do. */
#include "orrery/arrival.h"

#include "orrery/dist.h"
#include "workload/gap.h"

#include "base/poison.h"

#define BATCH_SIZE_MAX                                                                             \
    1000000 /* a larger draw is cut to this: one instant must not fill the memory */

struct batch_spec {
    double rate_per_s; /* of batches */
    struct part size;
    double gap_ns; /* derived */
};

static int64_t batch_gap(const void *spec, void *state, int64_t now_ns, struct rng *r)
{
    (void)state, (void)now_ns;
    return gap_of(((const struct batch_spec *)spec)->gap_ns * rng_exponential(r));
}

static uint32_t batch_size(const void *spec, void *state, struct rng *r)
{
    (void)state;
    double size = dist_draw(&((const struct batch_spec *)spec)->size, r);
    return size < BATCH_SIZE_MAX ? (uint32_t)(size + 0.5) : BATCH_SIZE_MAX;
}

static double batch_rate(const void *spec, int64_t duration_ns)
{
    (void)duration_ns;
    const struct batch_spec *s = spec;
    return s->rate_per_s * dist_mean(&s->size);
}

static void batch_check(void *spec, const struct document *doc, struct place at, const char *path,
                        struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d; /* the fields' ranges are all there is to say */
    struct batch_spec *s = spec;
    s->gap_ns = gap_mean_ns(s->rate_per_s);
}

static const struct field batch_fields[] = {
    RATE(struct batch_spec, "rate", rate_per_s, .position = 1, .doc = "Mean batches per second."),
    PART(struct batch_spec, "size", size, "dist", .position = 2,
         .doc = "Calls in a batch, rounded to a whole number, at most 1000000."),
    FIELDS_END,
};

static const struct arrival_type batch_type = { .next_gap = batch_gap,
                                                .batch = batch_size,
                                                .mean_rate = batch_rate };

const struct kind arrival_batch = {
    .name = "batch",
    .role = "arrival",
    .form = KIND_PART,
    .room = "workload",
    .doc = "Poisson batches: several calls at the same instant.",
    .example = "batch { rate = \"5/s\", size = geometric(3) }",
    .spec_size = sizeof(struct batch_spec),
    .fields = batch_fields,
    .check = batch_check,
    .vtable = &batch_type,
};
