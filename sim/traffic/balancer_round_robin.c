/* balancer_round_robin.c - each backend in turn, heavier ones more often.
 *
 * Every caller has its own turn, and begins it at a random place: when a thousand clients start
 * together, they must not all call backend 0 first. When backends come or go, the turn goes on by
 * position among those that are left; where weights differ it begins anew, as Envoy's does. */
#include "traffic/turns.h"

struct turn_spec {
    struct part slow_start;
};

struct turn {
    uint32_t next;
    bool begun;
    struct turns turns; /* last: its heap reaches beyond */
};

static double weight_of(const void *spec, const struct backend *b)
{
    (void)spec;
    return b->weight;
}

static uint32_t turn_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                          const struct pick *pick)
{
    const struct turn_spec *s = spec;
    const struct slow_start *slow = s->slow_start.spec;
    struct turn *t = state;
    if (turns_weighted(&t->turns, slow, weight_of, spec, backends, n, pick))
        return turns_take(&t->turns, slow, weight_of, spec, backends, pick);
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
    .backend_state_size = sizeof(struct edf_entry),
    .pick = turn_pick,
};

static const struct field turn_fields[] = {
    PART(struct turn_spec, "slowStart", slow_start, "slowStart", .preset = "",
         .doc = "How a new backend gets its share; at once unless said."),
    FIELDS_END
};

const struct kind balancer_round_robin = {
    .name = "roundRobin",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends calls to the ready backends in turn. Every caller has its own turn and begins it "
           "at a random backend. Where a service's `weights` differ, heavier backends have more "
           "turns, "
           "spread evenly: the earliest deadline first.",
    .source = "gRPC round_robin (balancer/roundrobin: a random first index per client); Envoy's "
              "weighted round robin (an EDF scheduler)",
    .example = "balancer = roundRobin()",
    .spec_size = sizeof(struct turn_spec),
    .fields = turn_fields,
    .vtable = &turn_type,
};
