/* balancer_hash.c - a customer's calls all go to one backend.
 *
 * Plain modulo: when the set of ready backends changes, nearly every customer moves to another.
 * That is the point of comparison for consistent hashing. */
#include "orrery/balancer.h"

struct total {
    uint32_t version, weight;
};

/* Each backend stands as often as it weighs. */
static uint32_t hash_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                          const struct pick *pick)
{
    (void)spec;
    struct total *t = state;
    if (t->version != pick->version) {
        *t = (struct total){ pick->version, 0 };
        for (uint32_t i = 0; i < n; i++)
            t->weight += backends[i].weight;
    }
    uint32_t point = (uint32_t)(pick->customer % t->weight), chosen = 0;
    if (t->weight == n) return point;
    while (point >= backends[chosen].weight)
        point -= backends[chosen++].weight;
    return chosen;
}

static const struct balancer_type hash_type = {
    .state_size = sizeof(struct total),
    .pick = hash_pick,
    .hashes = true,
};

static const struct field hash_fields[] = { FIELDS_END };

const struct kind balancer_hash = {
    .name = "hash",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends all calls of one customer to the same backend: hash(customer) modulo the number "
           "of ready backends (of their weights), so nearly all customers move when that number "
           "changes. A client's "
           "`keys` say who the customer is.",
    .example = "balancer = hash()",
    .fields = hash_fields,
    .vtable = &hash_type,
};
