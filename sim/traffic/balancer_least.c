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

static uint32_t least_pick(const void *spec, void *state, struct backend *backends,
                           uint32_t n, const struct pick *pick)
{
    (void)state;
    const struct least_spec *s = spec;
    uint32_t best = 0, ties = 1;
    for (uint32_t i = 1; i < n; i++) {
        if (backends[i].in_flight > backends[best].in_flight) continue;
        if (backends[i].in_flight == backends[best].in_flight) {
            ties++;
        } else {
            best = i;
            ties = 1;
        }
    }
    if (ties == 1 || s->ties == TIES_LOWEST) return best;
    uint32_t least = backends[best].in_flight, skip = rng_below(pick->rng, ties);
    while (skip > 0)
        if (backends[++best].in_flight == least) skip--;
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
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends each call to the ready backend where this caller has fewest calls in flight, "
           "looking at all of them: join the shortest queue.",
    .source = "Winston, Optimality of the shortest line discipline (1977)",
    .example = "balancer = leastRequest { ties = \"random\" }",
    .spec_size = sizeof(struct least_spec),
    .fields = least_fields,
    .vtable = &least_type,
};
