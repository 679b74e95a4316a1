/* balancer_round_robin.c - each backend in turn.
 *
 * Every caller has its own turn, and begins it at a random place: when a thousand clients start
 * together, they must not all call backend 0 first. When backends come or go, the turn goes on by
 * position among those that are left. */
#include "orrery/balancer.h"

struct turn {
    uint32_t next;
    bool begun;
};

static uint32_t turn_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                          const struct pick *pick)
{
    (void)spec, (void)backends;
    struct turn *t = state;
    if (!t->begun) {
        t->next = rng_below(pick->rng, n);
        t->begun = true;
    }
    uint32_t chosen = t->next < n ? t->next : 0;
    t->next = chosen + 1;
    return chosen;
}

static const struct balancer_type turn_type = {
    .state_size = sizeof(struct turn),
    .pick = turn_pick,
};

static const struct field turn_fields[] = { FIELDS_END };

const struct kind balancer_round_robin = {
    .name = "roundRobin",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends calls to the ready backends in turn. Every caller has its own turn and begins it "
           "at a random backend.",
    .source = "gRPC round_robin (balancer/roundrobin: a random first index per client)",
    .example = "balancer = roundRobin()",
    .fields = turn_fields,
    .vtable = &turn_type,
};
