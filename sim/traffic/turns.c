/* turns.c - weighted turns among backends; the kind `slowStart`.
 *
 * Turns begin anew whenever the set of backends changes, at a random place. */
#include "traffic/turns.h"

#include "traffic/envoy.h"

#include "base/poison.h"

static bool is_starting(const struct slow_start *slow, const struct backend *b, int64_t now_ns)
{
    return slow && now_ns - b->since_ns < slow->window_ns;
}

static double weight_now(const struct slow_start *slow, turns_weight *weight, const void *spec,
                         const struct backend *b, int64_t now_ns)
{
    double whole = weight(spec, b);
    if (!is_starting(slow, b, now_ns)) return whole;
    return whole * envoy_slow_start_factor(now_ns - b->since_ns, slow->window_ns, slow->aggression,
                                           slow->weight_min);
}

static bool are_alike(const struct slow_start *slow, const struct backend *backends, uint32_t n,
                      int64_t now_ns)
{
    for (uint32_t i = 0; i < n; i++)
        if (backends[i].weight != backends[0].weight || is_starting(slow, &backends[i], now_ns))
            return false;
    return true;
}

bool turns_weighted(struct turns *t, const struct slow_start *slow, turns_weight *weight,
                    const void *spec, const struct backend *backends, uint32_t n,
                    const struct pick *pick)
{
    if (t->version == pick->version) return t->weighted;
    t->version = pick->version;
    t->weighted = !are_alike(slow, backends, n, pick->now_ns);
    if (!t->weighted) return false;
    edf_clear(&t->edf);
    for (uint32_t i = 0; i < n; i++)
        edf_add(&t->edf, i, weight_now(slow, weight, spec, &backends[i], pick->now_ns));
    for (uint32_t skipped = rng_below(pick->rng, n); skipped > 0; skipped--)
        turns_take(t, slow, weight, spec, backends, pick);
    return true;
}

uint32_t turns_take(struct turns *t, const struct slow_start *slow, turns_weight *weight,
                    const void *spec, const struct backend *backends, const struct pick *pick)
{
    uint32_t chosen = edf_next(&t->edf);
    edf_again(&t->edf, weight_now(slow, weight, spec, &backends[chosen], pick->now_ns));
    return chosen;
}

static const struct field slow_fields[] = {
    DURATION(struct slow_start, "window", window_ns, .min = 1e6, .max = 86400e9, .position = 1,
             .doc = "How long a backend is new after it became ready."),
    NUMBER(struct slow_start, "aggression", aggression, .preset = "1", .min = 0.01, .max = 100,
           .doc = "How fast its share grows: 1 evenly over time, more is faster at first."),
    RATIO(struct slow_start, "minWeightPercent", weight_min, .preset = "10%", .min = 0.01, .max = 1,
          .doc = "The share of its weight that it has at once."),
    FIELDS_END
};

const struct kind traffic_slow_start = {
    .name = "slowStart",
    .role = "slowStart",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A new backend gets its share little by little: its weight times (time / window)^(1 / "
           "aggression), but at least minWeightPercent of it.",
    .source = "Envoy, Slow start mode; Istio calls it warmup; AWS Application Load Balancer: "
              "slow_start.duration_seconds, with round robin",
    .example = "balancer = roundRobin { slowStart = \"60s\" }",
    .spec_size = sizeof(struct slow_start),
    .scalar = true,
    .fields = slow_fields,
};
