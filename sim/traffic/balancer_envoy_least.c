/* balancer_envoy_least.c - Envoy's least request: two random backends where all weigh alike, else
 * turns by weight over calls.
 *
 * The two are drawn with replacement. In turns a backend's weight is taken when its turn is over
 * and stays so until its next: it is the calls it had then that count. */
#include "traffic/envoy.h"
#include "traffic/turns.h"

struct envoy_least_spec {
    uint32_t choices;
    double bias;
    struct part slow_start;
};

static double weight_of(const void *spec, const struct backend *b)
{
    const struct envoy_least_spec *s = spec;
    return envoy_least_request_weight(b->weight, b->in_flight, s->bias);
}

static uint32_t envoy_least_pick(const void *spec, void *state, struct backend *backends,
                                 uint32_t n, const struct pick *pick)
{
    const struct envoy_least_spec *s = spec;
    const struct slow_start *slow = s->slow_start.spec;
    if (turns_weighted(state, slow, weight_of, spec, backends, n, pick))
        return turns_take(state, slow, weight_of, spec, backends, pick);
    uint32_t best = rng_below(pick->rng, n);
    for (uint32_t i = 1; i < s->choices; i++) {
        uint32_t other = rng_below(pick->rng, n);
        if (backends[other].in_flight < backends[best].in_flight) best = other;
    }
    return best;
}

static const struct balancer_type envoy_least_type = {
    .state_size = sizeof(struct turns),
    .backend_state_size = sizeof(struct edf_entry),
    .pick = envoy_least_pick,
    .counts = true,
};

static const struct field envoy_least_fields[] = {
    COUNT(struct envoy_least_spec, "choiceCount", choices, .preset = "2", .min = 2, .max = 1000,
          .doc = "How many backends are looked at, where all weigh alike."),
    NUMBER(struct envoy_least_spec, "activeRequestBias", bias, .preset = "1", .min = 0, .max = 100,
           .doc =
               "Where weights differ they are divided by (calls in flight + 1) to this power; 0: "
               "calls do not matter."),
    PART(struct envoy_least_spec, "slowStart", slow_start, "slowStart", .preset = "",
         .doc = "How a new backend gets its share; at once unless said."),
    FIELDS_END
};

const struct kind balancer_envoy_least = {
    .name = "envoyLeastRequest",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Envoy's least request: the less busy of a few random backends; where a service's "
           "`weights` "
           "differ or a backend starts slowly, turns by weight / (calls in flight + 1).",
    .source = "Envoy, Weighted least request: choice_count 2, active_request_bias 1.0",
    .example = "balancer = envoyLeastRequest { choiceCount = 2 }",
    .spec_size = sizeof(struct envoy_least_spec),
    .fields = envoy_least_fields,
    .vtable = &envoy_least_type,
};
