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

static uint32_t least_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                           const struct pick *pick)
{
    (void)state;
    const struct least_spec *s = spec;
    uint32_t best = 0, ties = 1;
    for (uint32_t i = 1; i < n; i++) {
        if (backend_is_idler(&backends[best], &backends[i])) continue;
        if (backend_is_idler(&backends[i], &backends[best])) {
            best = i;
            ties = 1;
        } else {
            ties++;
        }
    }
    if (ties == 1 || s->ties == TIES_LOWEST) return best;
    uint32_t first = best, skip = rng_below(pick->rng, ties);
    while (skip > 0)
        if (!backend_is_idler(&backends[first], &backends[++best])) skip--;
    return best;
}

static const struct balancer_type least_type = { .pick = least_pick, .counts = true };

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
           "for its weight, looking at all of them: join the shortest queue.",
    .source = "Winston, Optimality of the shortest line discipline (1977); AWS Application Load "
              "Balancer, least outstanding requests; with weights as HAProxy's leastconn",
    .example = "balancer = leastRequest { ties = \"random\" }",
    .spec_size = sizeof(struct least_spec),
    .fields = least_fields,
    .vtable = &least_type,
};
