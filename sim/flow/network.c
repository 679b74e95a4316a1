/* network.c - how long a message is on its way, and the room itself.
 *
 * Three distances: within a zone, between zones, and from clients outside. Delays are constant, so
 * each is a lane of the engine: a hop costs no heap work. With jitter a message may overtake another,
 * and every hop is an event of its own. */
#include "flow/flow.h"

#include "orrery/dist.h"

#include "base/arena.h"
#include "base/check.h"

struct network_spec {
    int64_t hop_ns[HOP_COUNT];
    struct part jitter;
    double price_per_gib;
};

#define JITTER_PURPOSE UINT64_C(0x6e6574776f726b00) /* "network" */

static const struct field network_fields[] = {
    DURATION(struct network_spec, "latency", hop_ns[HOP_LOCAL], .preset = "0s", .min = 0,
             .max = 60e9, .doc = "One-way time of a message between two pods in one zone."),
    DURATION(struct network_spec, "crossZone", hop_ns[HOP_CROSS_ZONE], .preset = "0s", .min = 0,
             .max = 60e9, .doc = "One-way time of a message between two pods in different zones."),
    DURATION(struct network_spec, "internet", hop_ns[HOP_INTERNET], .preset = "0s", .min = 0,
             .max = 60e9, .doc = "One-way time of a message between a client and a pod."),
    PART(struct network_spec, "jitter", jitter, "dist", .unit = UNIT_DURATION, .preset = "",
         .doc = "What every message takes longer than that, drawn for each anew, so that one may "
                "overtake another; nothing unless said."),
    MONEY(struct network_spec, "crossZonePerGiB", price_per_gib, .preset = "0", .min = 0,
          .max = 1e6,
          .doc = "What a GiB of answers between pods in different zones costs, in the run's currency; "
                 "AWS charges 0.01 USD at each end. Answers have the size that a `size` step gives "
                 "them."),
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

static enum hop hop_of(const struct world *w, const struct route *r, const struct call *c)
{
    if (!r->by_pod) return HOP_INTERNET;
    const struct group *g = r->to;
    if (!g->zones || !r->zones) return HOP_LOCAL;
    uint8_t here = r->zones[call_get(w, c->parent)->pod - r->instance_base];
    return g->zones[c->pod - g->first] == here ? HOP_LOCAL : HOP_CROSS_ZONE;
}

/* Each message of each attempt has luck of its own, whatever else is on its way. */
static int64_t jitter_ns(const struct world *w, uint32_t id, bool back)
{
    const struct call *c = call_get(w, id);
    uint64_t message = attempt_number(c, call_side(w, id)) << 1 | back;
    struct rng r = rng_keyed(key_child(c->key ^ JITTER_PURPOSE, message));
    return dist_draw_ns(flow_of(w)->jitter, &r);
}

enum hop call_hop(const struct world *w, uint32_t id)
{
    const struct call *c = call_get(w, id);
    return hop_of(w, flow_of(w)->routes[c->route], c);
}

int64_t network_travel_ns(const struct world *w, uint32_t id, bool back)
{
    const struct flow *f = flow_of(w);
    if (!f->networked) return 0;
    return f->hop_ns[call_hop(w, id)] + (f->jitter ? jitter_ns(w, id, back) : 0);
}

int64_t call_hop_ns(const struct world *w, uint32_t id)
{
    return network_travel_ns(w, id, false);
}

bool network_carry(struct world *w, uint32_t id, const struct event_type *arrival)
{
    const struct flow *f = flow_of(w);
    struct call *c = call_get(w, id);
    bool back = arrival == &call_returns;
    enum hop hop = hop_of(w, f->routes[c->route], c);
    int64_t extra_ns = f->jitter ? jitter_ns(w, id, back) : 0;
    if (f->hop_ns[hop] + extra_ns == 0) return false;
    if (back) c->state = CALL_REPLIED;
    if (f->jitter)
        engine_at(w->engine, now_ns(w) + f->hop_ns[hop] + extra_ns, arrival, id, c->generation);
    else
        engine_lane_push(w->engine, (back ? f->lane_back : f->lane_there)[hop], id, c->generation);
    return true;
}

void flow_network_open(struct world *w)
{
    struct flow *f = flow_of(w);
    const struct network_spec *spec = document_singleton(w->doc, "network");
    f->price_per_gib = spec->price_per_gib;
    f->metered = spec->price_per_gib > 0;
    if (spec->jitter.kind) f->jitter = &spec->jitter;
    f->networked = f->jitter != NULL;
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
    tally_check(w);
    books_check(w);
    check(open == p->in_flight);
    view_check(w);
    policies_check(w);
    channels_check(w);
}

static void flow_begin(struct world *w)
{
    view_begin(w);
    policies_begin(w);
}

static void flow_reset(struct world *w)
{
    flow_of(w)->cross_zone_bytes = 0;
    view_reset(w);
    policies_reset(w);
    tally_reset(w);
    channels_reset(w);
}

static void flow_report(struct world *w)
{
    view_report(w);
    policies_report(w);
    tally_report(w);
    channels_report(w);
}

const struct room flow_room = {
    .name = "flow",
    .state_size = sizeof(struct flow),
    .open = flow_open,
    .begin = flow_begin,
    .reset = flow_reset,
    .check = flow_check,
    .report = flow_report,
};
