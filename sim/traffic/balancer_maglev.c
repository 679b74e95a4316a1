/* balancer_maglev.c - consistent hashing by one look into a table.
 *
 * The table is made anew when the set of backends changes, and is one for all of a caller's
 * instances: they would all make the same. */
#include "traffic/maglev.h"

#include "engine/judge.h"

#include "base/poison.h"

struct maglev_spec {
    uint32_t entry_count;
};

static uint32_t maglev_pick(const void *spec, void *state, struct backend *backends, uint32_t n,
                            const struct pick *pick)
{
    (void)state;
    const struct maglev_spec *s = spec;
    struct maglev *m = pick->shared;
    if (m->version != pick->version) {
        maglev_make(m, s->entry_count, backends, n < MAGLEV_BACKENDS_MAX ? n : MAGLEV_BACKENDS_MAX);
        m->version = pick->version;
    }
    return m->entries[pick->customer % m->entry_count];
}

static const struct balancer_type maglev_type = {
    .shared_size = sizeof(struct maglev),
    .pick = maglev_pick,
    .hashes = true,
};

static bool is_prime(uint32_t n)
{
    for (uint32_t i = 2; i * i <= n; i++)
        if (n % i == 0) return false;
    return n > 1;
}

static void maglev_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    (void)doc;
    const struct maglev_spec *s = spec;
    if (!is_prime(s->entry_count))
        judge_field(d, at, path, "tableSize", "65537 is", "%u is not a prime number",
                    s->entry_count);
}

static const struct field maglev_fields[] = {
    COUNT(struct maglev_spec, "tableSize", entry_count, .preset = "65537",
          .min = MAGLEV_BACKENDS_MAX, .max = MAGLEV_ENTRIES_MAX,
          .doc = "Entries of the table: a prime number, about a hundred times the backends."),
    FIELDS_END
};

const struct kind balancer_maglev = {
    .name = "maglev",
    .role = "balancer",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Sends all calls of one customer to the same backend, by a table in which backends have "
           "equal shares; when one leaves, few customers move but its own. A client's `keys` say "
           "who the customer is. At most 10000 backends take part.",
    .source = "Eisenbud et al., Maglev (NSDI 2016); Envoy's table of 65537",
    .example = "balancer = maglev()",
    .spec_size = sizeof(struct maglev_spec),
    .fields = maglev_fields,
    .check = maglev_check,
    .vtable = &maglev_type,
};
