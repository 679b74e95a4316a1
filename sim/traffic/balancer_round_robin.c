/* balancer_round_robin.c - each backend in turn, heavier ones more often.
 *
 * Every caller has its own turn, and begins it at a random place: when a thousand clients start
 * together, they must not all call backend 0 first. As Envoy's, a turn is a number that only grows, begun
 * far from 0 and taken modulo the backends: when they come or go, each caller goes on at a place of its
 * own, and callers that began with one backend do not go through its ten successors in step. Where weights
 * differ it begins anew. */
#include "traffic/turns.h"

struct turn_spec {
    struct part slow_start;
};

/* So many times round, at most, has a turn gone when it begins. */
#define ROUNDS_MAX (1u << 16)

struct turn {
    uint32_t number; /* of the next call */
    uint32_t next, of; /* number modulo `of`, the backends of the last call; 0: not begun */
    struct turns turns; /* last: its heap reaches beyond */
};

static double weight_of(const void *spec, const struct backend *b)
{
    (void)spec;
    return b->weight;
}

static void place_among(struct turn *t, uint32_t n, struct rng *rng)
{
    if (t->of == 0) t->number = rng_below(rng, n) + n * rng_below(rng, ROUNDS_MAX);
    t->next = t->number % n;
    t->of = n;
}

static uint32_t turn_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                          const struct pick *pick)
{
    const struct turn_spec *s = spec;
    const struct slow_start *slow = s->slow_start.spec;
    struct turn *t = state;
    if (turns_weighted(&t->turns, slow, weight_of, spec, backends, n, pick))
        return turns_take(&t->turns, slow, weight_of, spec, backends, pick);
    if (t->of != n) place_among(t, n, pick->rng);
    uint32_t chosen = t->next;
    t->number++;
    t->next = chosen + 1 < n ? chosen + 1 : 0;
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
           "at a random backend; when backends come or go it goes on at one that again differs from "
           "caller to caller. Where a service's `weights` differ, heavier backends have more turns, "
           "spread evenly: the earliest deadline first.",
    .source = "Envoy's round robin (an index that begins at random, modulo the hosts; an EDF scheduler "
              "where weights differ); gRPC round_robin begins at random too, NGINX and IPVS do not",
    .example = "balancer = roundRobin()",
    .spec_size = sizeof(struct turn_spec),
    .fields = turn_fields,
    .vtable = &turn_type,
};
