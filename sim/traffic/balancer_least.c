/* balancer_least.c - the backend where this caller has fewest calls: join the shortest queue.
 *
 * Exact: looks at all backends. With a single caller "in flight" is the whole queue, so this is
 * JSQ; with many callers each sees only its own calls, as real clients do. */
#include "orrery/balancer.h"

enum ties { TIES_RANDOM, TIES_LOWEST };
static const char *const ties_names[] = { "random", "lowest", NULL };

struct least_spec {
    uint32_t ties;
};

struct alike {
    uint32_t version;
    bool weighted;
};

static bool are_weighted(struct alike *a, const struct backend *backends, uint32_t n,
                         uint32_t version)
{
    if (a->version == version) return a->weighted;
    a->version = version;
    a->weighted = false;
    for (uint32_t i = 1; i < n; i++)
        a->weighted = a->weighted || backends[i].weight != backends[0].weight;
    return a->weighted;
}

/* Where all weigh alike: how many have the fewest calls, and how many calls those are. No branch
 * hangs on a backend, for a thousand of them. */
static uint32_t idlest_count(const struct backend *backends, uint32_t n, uint32_t *least)
{
    uint32_t count = 0, fewest = backends[0].in_flight;
    for (uint32_t i = 1; i < n; i++)
        fewest = backends[i].in_flight < fewest ? backends[i].in_flight : fewest;
    for (uint32_t i = 0; i < n; i++)
        count += backends[i].in_flight == fewest;
    *least = fewest;
    return count;
}

static uint32_t idlest(const struct least_spec *s, const struct backend *backends, uint32_t n,
                       const struct pick *pick)
{
    uint32_t least, ties = idlest_count(backends, n, &least);
    uint32_t skip = ties > 1 && s->ties == TIES_RANDOM ? rng_below(pick->rng, ties) : 0;
    for (uint32_t i = 0;; i++)
        if (backends[i].in_flight == least && skip-- == 0) return i;
}

/* HAProxy's leastconn: one more call would load it less for its weight, but who has none has none,
 * whatever its weight. */
static bool is_idler(const struct backend *a, const struct backend *b)
{
    if (a->in_flight == 0 || b->in_flight == 0) return a->in_flight < b->in_flight;
    return backend_is_idler(a, b);
}

static uint32_t idlest_for_weight(const struct least_spec *s, const struct backend *backends,
                                  uint32_t n, const struct pick *pick)
{
    uint32_t best = 0, ties = 1;
    for (uint32_t i = 1; i < n; i++) {
        if (is_idler(&backends[best], &backends[i])) continue;
        ties = is_idler(&backends[i], &backends[best]) ? 1 : ties + 1;
        if (ties == 1) best = i;
    }
    uint32_t skip = ties > 1 && s->ties == TIES_RANDOM ? rng_below(pick->rng, ties) : 0;
    const struct backend *first = &backends[best];
    while (skip > 0)
        if (!is_idler(first, &backends[++best])) skip--;
    return best;
}

static uint32_t least_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                           const struct pick *pick)
{
    return are_weighted(state, backends, n, pick->version)
               ? idlest_for_weight(spec, backends, n, pick)
               : idlest(spec, backends, n, pick);
}

static const struct balancer_type least_type = {
    .state_size = sizeof(struct alike),
    .pick = least_pick,
    .counts = true,
};

static const struct field least_fields[] = {
    CHOICE(struct least_spec, "ties", ties, .preset = "random", .choices = ties_names,
           .doc = "Which of several equally idle backends: one at random, or the lowest."),
    FIELDS_END
};

const struct kind balancer_least = {
    .name = "leastRequest",
    .alias = "leastOutstanding",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends each call to the ready backend where this caller has fewest calls in flight, "
           "for its weight, looking at all of them: join the shortest queue. Those with none are "
           "equal, whatever their weight.",
    .source = "Winston, Optimality of the shortest line discipline (1977); AWS Application Load "
              "Balancer, least outstanding requests; with weights as HAProxy's leastconn",
    .example = "balancer = leastRequest { ties = \"random\" }",
    .spec_size = sizeof(struct least_spec),
    .fields = least_fields,
    .vtable = &least_type,
};
