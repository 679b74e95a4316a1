/* balancer_random.c - any ready backend, by weight. The yardstick of the other balancers.
 *
 * Where weights differ, sums of them up to each backend are kept, and a point among them is found
 * by halving. */
#include "orrery/balancer.h"

struct sums {
    uint32_t version;
    bool weighted;
    uint32_t up_to[]; /* the weights of a backend and all before it */
};

static void sums_make(struct sums *s, const struct backend *backends, uint32_t n, uint32_t version)
{
    uint32_t sum = 0;
    s->version = version;
    s->weighted = false;
    for (uint32_t i = 0; i < n; i++) {
        sum += backends[i].weight;
        s->up_to[i] = sum;
        s->weighted = s->weighted || backends[i].weight != backends[0].weight;
    }
}

static uint32_t random_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                            const struct pick *pick)
{
    (void)spec;
    struct sums *s = state;
    if (s->version != pick->version) sums_make(s, backends, n, pick->version);
    if (!s->weighted) return rng_below(pick->rng, n);
    uint32_t point = rng_below(pick->rng, s->up_to[n - 1]), low = 0, high = n - 1;
    while (low < high) { /* the first whose sum exceeds the point */
        uint32_t middle = (low + high) / 2;
        if (s->up_to[middle] > point)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static const struct balancer_type random_type = {
    .state_size = sizeof(struct sums),
    .backend_state_size = sizeof(uint32_t),
    .pick = random_pick,
};

static const struct field random_fields[] = { FIELDS_END };

const struct kind balancer_random = {
    .name = "random",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Sends each call to a ready backend chosen at random, by a service's `weights` where there "
        "are any. Splits a Poisson stream into independent Poisson streams.",
    .source = "Mitzenmacher, The power of two choices in randomized load balancing (2001), d = 1",
    .example = "balancer = random()",
    .fields = random_fields,
    .vtable = &random_type,
};
