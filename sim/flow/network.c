/* network.c - how long a message is on its way, and the room itself.
 *
 * Three distances: within a zone, between zones, and from clients outside. Delays are constant, so
 * each is a lane of the engine: a hop costs no heap work. */
#include "flow/flow.h"

#include "base/arena.h"
#include "base/check.h"

struct network_spec {
    int64_t hop_ns[HOP_COUNT];
};

static const struct field network_fields[] = {
    DURATION(struct network_spec, "latency", hop_ns[HOP_LOCAL], .preset = "0s", .min = 0,
             .max = 60e9, .doc = "One-way time of a message between two pods in one zone."),
    DURATION(struct network_spec, "crossZone", hop_ns[HOP_CROSS_ZONE], .preset = "0s", .min = 0,
             .max = 60e9, .doc = "One-way time of a message between two pods in different zones."),
    DURATION(struct network_spec, "internet", hop_ns[HOP_INTERNET], .preset = "0s", .min = 0,
             .max = 60e9, .doc = "One-way time of a message between a client and a pod."),
    FIELDS_END
};

const struct kind flow_network = {
    .name = "network",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "flow",
    .doc = "How long messages travel. Silent scenarios have a network that takes no time, so that "
           "queueing theory's figures come out as printed.",
    .example = "network { latency = \"0.25ms\", crossZone = \"0.6ms\", internet = \"20ms\" }",
    .spec_size = sizeof(struct network_spec),
    .fields = network_fields,
};

void flow_network_open(struct world *w)
{
    struct flow *f = flow_of(w);
    const struct network_spec *spec = document_singleton(w->doc, "network");
    for (enum hop hop = 0; hop < HOP_COUNT; hop++) {
        f->hop_ns[hop] = spec->hop_ns[hop];
        if (f->hop_ns[hop] == 0) continue;
        f->networked = true;
        f->lane_there[hop] = engine_lane(w->engine, f->hop_ns[hop], &call_arrives);
        f->lane_back[hop] = engine_lane(w->engine, f->hop_ns[hop], &call_returns);
    }
}

static void flow_open(struct world *w, void *state, struct diag *d)
{
    (void)state, (void)d;
    calls_open(w);
    flow_network_open(w);
}

static void flow_check(const struct world *w)
{
    const struct calls *p = w->calls;
    uint32_t open = 0, attempts = 0;
    for (uint32_t id = 0; id < p->count; id++) {
        bool used = p->items[id].state != CALL_FREE;
        open += used;
        attempts += used && p->items[id].flags & CALL_ATTEMPT;
    }
    attempts_check(w, attempts);
    check(open == p->in_flight && open <= p->opened);
    view_check(w);
}

const struct room flow_room = {
    .name = "flow",
    .state_size = sizeof(struct flow),
    .open = flow_open,
    .begin = view_begin,
    .reset = view_reset,
    .check = flow_check,
    .report = view_report,
};
