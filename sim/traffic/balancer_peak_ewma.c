/* balancer_peak_ewma.c - the cheaper of two random backends, by latency and calls in flight.
 *
 * The average stands in the backend's `own`, the time of it in since_ns. A slow answer counts at
 * once, and is forgotten over the decay time. It knows latency, not success: who fails fast is
 * cheap. */
#include "orrery/balancer.h"
#include "traffic/ewma.h"

struct ewma_spec {
    int64_t decay_ns;
};

static double cost(const struct ewma_spec *s, struct backend *b, int64_t now_ns)
{
    b->own = ewma_peak(b->own, 0, now_ns - b->since_ns, s->decay_ns);
    b->since_ns = now_ns;
    return ewma_cost(b->own, b->in_flight) / b->weight;
}

static uint32_t ewma_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                          const struct pick *pick)
{
    (void)state;
    uint32_t one = rng_below(pick->rng, n), other = n > 1 ? rng_below(pick->rng, n - 1) : one;
    if (n > 1 && other >= one) other++;
    double here = cost(spec, &backends[one], pick->now_ns);
    double there = cost(spec, &backends[other], pick->now_ns);
    return there < here ? other : one;
}

static void ewma_observe(const void *spec, void *state, struct backend *b,
                         const struct observation *seen)
{
    (void)state;
    const struct ewma_spec *s = spec;
    b->own = ewma_peak(b->own, (double)seen->latency_ns, seen->now_ns - b->since_ns, s->decay_ns);
    b->since_ns = seen->now_ns;
}

static const struct balancer_type ewma_type = {
    .pick = ewma_pick,
    .observe = ewma_observe,
    .counts = true,
};

static const struct field ewma_fields[] = {
    DURATION(struct ewma_spec, "decay", decay_ns, .preset = "10s", .min = 1e6, .max = 86400e9,
             .position = 1,
             .doc = "In this time an old latency loses 63 % of its say, by answers and by being "
                    "looked at."),
    FIELDS_END
};

const struct kind balancer_peak_ewma = {
    .name = "peakEwma",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Of two different random backends the one with the lower cost: a moving average of its "
        "latency, which takes peaks at once, times its calls in flight plus one, over its weight.",
    .source = "Finagle p2cPeakEwma and Linkerd, decay 10 s",
    .example = "balancer = peakEwma { decay = \"10s\" }",
    .spec_size = sizeof(struct ewma_spec),
    .fields = ewma_fields,
    .vtable = &ewma_type,
};
