/* l4_ipvs.c - connections dealt out in turn, to the least loaded, or by their source. */
#include "traffic/kube_proxy.h"

struct ipvs_spec {
    uint32_t scheduler;
    bool shared;
    uint32_t affinity;
    int64_t affinity_ns;
};

struct ipvs_state {
    uint32_t last;
    bool begun;
};

enum scheduler { SCHEDULER_RR, SCHEDULER_LC, SCHEDULER_SH };

static bool is_shared(const void *spec)
{
    return ((const struct ipvs_spec *)spec)->shared;
}

static uint32_t schedule(const struct ipvs_spec *s, const struct ipvs_state *state,
                         const struct l4_choice *choice)
{
    if (s->scheduler == SCHEDULER_LC)
        return ipvs_least_connection(choice->connections, choice->count);
    if (s->scheduler == SCHEDULER_SH) return ipvs_source_hash(choice->source, choice->count);
    return state->begun ? ipvs_round_robin(choice->backends, choice->count, state->last) : 0;
}

static uint32_t ipvs_pick(const void *spec, void *state, void *source_state,
                          const struct l4_choice *choice)
{
    const struct ipvs_spec *s = spec;
    uint32_t chosen = choice->count;
    if (s->affinity) chosen = affinity_find(source_state, choice, s->affinity_ns);
    if (chosen == choice->count) {
        chosen = schedule(s, state, choice);
        *(struct ipvs_state *)state = (struct ipvs_state){ choice->backends[chosen], true };
    }
    if (s->affinity) affinity_note(source_state, choice, chosen);
    return chosen;
}

static void ipvs_check(void *spec, const struct document *doc, struct place at, const char *path,
                       struct diag *d)
{
    (void)doc;
    const struct ipvs_spec *s = spec;
    affinity_check(s->affinity, s->affinity_ns, at, path, d);
}

static const struct l4_type ipvs_type = {
    .state_size = sizeof(struct ipvs_state),
    .source_state_size = sizeof(struct affinity),
    .is_shared = is_shared,
    .pick = ipvs_pick,
};

static const char *const scheduler_choices[] = { "rr", "lc", "sh", NULL };

static const struct field ipvs_fields[] = {
    CHOICE(struct ipvs_spec, "scheduler", scheduler, .preset = "rr", .choices = scheduler_choices,
           .position = 1,
           .doc = "rr: one after another, from the first pod on at every caller; lc: where fewest "
                  "connections are; sh: by a hash of the caller."),
    BOOL(struct ipvs_spec, "shared", shared, .preset = "false",
         .doc = "Whether all callers go through one, as through a cloud's network load balancer; "
                "each has its own otherwise, as on a node of its own."),
    AFFINITY_FIELDS(struct ipvs_spec), FIELDS_END
};

const struct kind l4_ipvs = {
    .name = "ipvs",
    .role = "l4",
    .room = "traffic",
    .doc = "kube-proxy in IPVS mode, or a network load balancer: deals connections out, and knows "
           "nothing of the calls on them.",
    .source = "Linux ip_vs_rr, ip_vs_lc, ip_vs_sh; kube-proxy --ipvs-scheduler (rr)",
    .example = "l4 = ipvs { \"lc\", shared = true }",
    .spec_size = sizeof(struct ipvs_spec),
    .fields = ipvs_fields,
    .check = ipvs_check,
    .vtable = &ipvs_type,
};
