/* balancer_random.c - any ready backend, all alike. The yardstick of the other balancers. */
#include "orrery/balancer.h"

static uint32_t random_pick(const void *spec, void *state, struct backend *backends,
                            uint32_t n, const struct pick *pick)
{
    (void)spec, (void)state, (void)backends;
    return rng_below(pick->rng, n);
}

static const struct balancer_type random_type = { .pick = random_pick };

static const struct field random_fields[] = { FIELDS_END };

const struct kind balancer_random = {
    .name = "random",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Sends each call to a ready backend chosen uniformly at random. Needs no state, and splits "
        "a Poisson stream into independent Poisson streams.",
    .source = "Mitzenmacher, The power of two choices in randomized load balancing (2001), d = 1",
    .example = "balancer = random()",
    .fields = random_fields,
    .vtable = &random_type,
};
