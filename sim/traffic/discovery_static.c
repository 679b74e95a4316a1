/* discovery_static.c - addresses that are looked up once, or written down for good.
 *
 * The view of a caller changes when its process begins, or never. `instant` is the opposite, and
 * what is meant when nothing is said. */
#include "orrery/discovery.h"

#include "base/arena.h"

struct static_spec {
    struct discovery_spec reached;
    uint32_t resolved;
};

enum { RESOLVED_START, RESOLVED_NEVER };
static const char *const resolved_choices[] = { "start", "never", NULL };

/* What was written down: the group as the first caller found it, for all of them. */
static void *static_prepare(const void *spec, struct world *w, uint32_t route)
{
    const struct static_spec *s = spec;
    if (s->resolved != RESOLVED_NEVER) return NULL;
    return view_alloc(w, discovery_group(w, route)->capacity);
}

static void static_begin(const struct discovery_site *site, struct world *w)
{
    struct view *written = site->shared;
    if (!written || written->version == 0) view_see(w, site);
    if (!written) return;
    if (written->version == 0)
        view_copy(written, view_of_site(w, site));
    else
        view_set(w, site, written);
}

static const struct discovery_type static_type = {
    .prepare = static_prepare,
    .begin = static_begin,
};

static const struct field static_fields[] = {
    DISCOVERY_FIELDS(struct static_spec, reached.),
    CHOICE(struct static_spec, "resolved", resolved, .preset = "start", .choices = resolved_choices,
           .doc = "When the addresses are looked up: at each start of the caller's process, or "
                  "never again once they have been written down."),
    FIELDS_END
};

const struct kind discovery_static = {
    .name = "static",
    .role = "discovery",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Hard-coded addresses: those of the pods that were ready when the caller began. A pod that "
           "moves takes a new address, and the caller goes on asking the old one.",
    .source = "Envoy, service discovery type STATIC",
    .example = "discovery = static { resolved = \"start\" }",
    .spec_size = sizeof(struct static_spec),
    .fields = static_fields,
    .vtable = &static_type,
};

struct instant_spec {
    uint32_t unused;
};

static const struct field instant_fields[] = { FIELDS_END };

const struct kind discovery_instant = {
    .name = "instant",
    .role = "discovery",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Readiness reaches the caller at once, as when no discovery is said: for a call that is "
           "not to go by what its service says.",
    .example = "discovery = instant",
    .spec_size = sizeof(struct instant_spec),
    .fields = instant_fields,
};
