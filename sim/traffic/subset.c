/* subset.c - shuffle sharding: each customer has a few backends of its own, by hash.
 *
 * Rendezvous hashing: the k backends with the highest hash of (customer, slot). Whether they are
 * healthy, or for a while even there, does not matter: what a customer breaks stays broken for it,
 * and nobody else's backends become its own. */
#include "traffic/policy.h"

#include "base/poison.h"

#define SUBSET_PURPOSE UINT64_C(0x7368756666736864)

struct subset_spec {
    uint32_t size;
    int64_t absent_ns;
};

static uint64_t score(uint64_t customer, uint32_t slot)
{
    return key_child(customer ^ SUBSET_PURPOSE, slot);
}

/* It is there, or may yet come back. */
static bool is_member(const struct host *h, int64_t absent_ns, int64_t now_ns)
{
    return h->present || now_ns - h->left_ns < absent_ns;
}

/* The customer's slots by falling score, equals by number. */
static uint32_t slots_choose(const struct subset_spec *spec, const struct policy_state *s,
                             uint64_t customer, int64_t now_ns, uint32_t *slots)
{
    uint64_t scores[SUBSET_MAX];
    uint32_t count = 0, size = spec->size;
    for (uint32_t slot = 0; slot < s->slots_seen; slot++) {
        if (!is_member(&s->hosts[slot], spec->absent_ns, now_ns)) continue;
        uint64_t own = score(customer, slot);
        if (count == size && own <= scores[count - 1]) continue;
        uint32_t at = count < size ? count++ : count - 1;
        for (; at > 0 && scores[at - 1] < own; at--) {
            scores[at] = scores[at - 1];
            slots[at] = slots[at - 1];
        }
        scores[at] = own;
        slots[at] = slot;
    }
    return count;
}

static uint32_t position_find(const struct policy_site *site, const struct backend_set *set,
                              uint32_t backend)
{
    uint32_t low = set->first, high = set->first + set->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (site->backends[middle].id < backend)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < set->first + set->count && site->backends[low].id == backend;
    return found ? low : BACKEND_NONE;
}

uint32_t subset_gather(const struct part *subset, const struct policy_site *site,
                       const struct group *g, const struct backend_set *set,
                       const struct pick *pick, struct backend *own, uint32_t *positions)
{
    const struct subset_spec *spec = subset->spec;
    const struct policy_state *s = site->state;
    uint32_t slots[SUBSET_MAX], found = 0;
    uint32_t count = slots_choose(spec, s, pick->customer, pick->now_ns, slots);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t position = position_find(site, set, g->first + slots[i]);
        if (position == BACKEND_NONE) continue;
        own[found] = site->backends[position];
        positions[found++] = position;
    }
    return found;
}

static const struct field subset_fields[] = {
    COUNT(struct subset_spec, "size", size, .preset = "2", .min = 1, .max = SUBSET_MAX,
          .position = 1, .doc = "Backends that each customer has."),
    DURATION(struct subset_spec, "absent", absent_ns, .preset = "1m", .min = 0, .max = 86400e9,
             .doc = "How long one that has left keeps its customers, who then have one less; later "
                    "another takes its place."),
    FIELDS_END
};

const struct kind traffic_shuffle_shard = {
    .name = "shuffleShard",
    .role = "subset",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Shuffle sharding: each customer has a few backends of its own, chosen by hash whether "
        "they "
        "are healthy or not; the balancer chooses among those that are. Two customers rarely share "
        "all of theirs, so what one breaks the others hardly feel. A client's `keys` say who the "
        "customer is.",
    .source = "MacCarthaigh, Workload isolation using shuffle-sharding (Amazon Builders' Library)",
    .example = "subset = shuffleShard(2)",
    .spec_size = sizeof(struct subset_spec),
    .fields = subset_fields,
};
