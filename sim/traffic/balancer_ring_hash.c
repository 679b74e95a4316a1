/* balancer_ring_hash.c - consistent hashing on a ring: who leaves takes few but its own customers
 * along.
 *
 * The ring is made anew when the set of backends changes, and is one for all of a caller's
 * instances. Shares are less even than Maglev's: about 1/sqrt(places of a backend) apart. */
#include "traffic/ring.h"

#include "base/poison.h"

struct ring_spec {
    uint32_t entry_count_min;
};

static uint32_t ring_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                          const struct pick *pick)
{
    (void)state;
    const struct ring_spec *s = spec;
    struct ring *r = pick->shared;
    if (r->version != pick->version) {
        ring_make(r, s->entry_count_min, backends, n < RING_BACKENDS_MAX ? n : RING_BACKENDS_MAX);
        r->version = pick->version;
    }
    return ring_find(r, pick->customer);
}

static const struct balancer_type ring_type = {
    .shared_size = sizeof(struct ring),
    .pick = ring_pick,
    .hashes = true,
};

static const struct field ring_fields[] = {
    COUNT(struct ring_spec, "minimumRingSize", entry_count_min, .preset = "1024", .min = 1,
          .max = RING_ENTRIES_MAX - RING_BACKENDS_MAX, .position = 1,
          .doc = "Places on the ring, shared equally by the backends and rounded up."),
    FIELDS_END
};

const struct kind balancer_ring_hash = {
    .name = "ringHash",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends all calls of one customer to the same backend, the next one on a ring of hashes; "
           "when one leaves, few customers move but its own. A client's `keys` say who the "
           "customer is. At most 32768 backends take part.",
    .source = "Karger et al., Consistent hashing and random trees (1997); Envoy ring hash, "
              "minimum_ring_size 1024",
    .example = "balancer = ringHash { minimumRingSize = 1024 }",
    .spec_size = sizeof(struct ring_spec),
    .fields = ring_fields,
    .vtable = &ring_type,
};
