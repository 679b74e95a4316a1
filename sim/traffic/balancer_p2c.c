/* balancer_p2c.c - looks at a few backends, takes the idlest: the power of d choices.
 *
 * Samples come one after another, so the first is uniform over all backends, and a tie goes to the
 * earliest sample: no backend is preferred for its position. */
#include "orrery/balancer.h"

#define CHOICES_MAX 32 /* what two choices cannot do, thirty-two will not; more is leastRequest */

struct choices_spec {
    uint32_t choices;
    bool replacement;
};

/* The index-th, counting from 0, of those below n that are not among the `count` taken ones,
 * which are ascending; joins them. */
static uint32_t taken_add(uint32_t *taken, uint32_t count, uint32_t index)
{
    uint32_t at = 0;
    while (at < count && taken[at] <= index) {
        index++;
        at++;
    }
    for (uint32_t i = count; i > at; i--)
        taken[i] = taken[i - 1];
    taken[at] = index;
    return index;
}

static uint32_t idler(const struct backend *backends, uint32_t held, uint32_t other)
{
    return backend_is_idler(&backends[other], &backends[held]) ? other : held;
}

static uint32_t choices_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                             const struct pick *pick)
{
    (void)state;
    const struct choices_spec *s = spec;
    uint32_t taken[CHOICES_MAX];
    uint32_t best = rng_below(pick->rng, n);
    uint32_t wanted = s->replacement || s->choices < n ? s->choices : n;
    taken[0] = best;
    for (uint32_t i = 1; i < wanted; i++) {
        uint32_t next = s->replacement ? rng_below(pick->rng, n)
                                       : taken_add(taken, i, rng_below(pick->rng, n - i));
        best = idler(backends, best, next);
    }
    return best;
}

static const struct balancer_type choices_type = { .pick = choices_pick, .counts = true };

static const struct field choices_fields[] = {
    COUNT(struct choices_spec, "choices", choices, .preset = "2", .min = 1, .max = CHOICES_MAX,
          .position = 1, .doc = "How many backends are looked at: the d of power-of-d choices."),
    BOOL(struct choices_spec, "replacement", replacement, .preset = "false",
         .doc = "Whether one backend may be looked at twice, as in most of the theory."),
    FIELDS_END
};

const struct kind balancer_p2c = {
    .name = "powerOfTwo",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Looks at a few ready backends at random and takes the one where this caller has fewest "
           "calls in flight for its weight; between equals, the one looked at first.",
    .source = "Mitzenmacher, The power of two choices in randomized load balancing (2001)",
    .example = "balancer = powerOfTwo { choices = 2 }",
    .spec_size = sizeof(struct choices_spec),
    .fields = choices_fields,
    .vtable = &choices_type,
};
