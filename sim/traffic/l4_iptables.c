/* l4_iptables.c - kube-proxy in iptables mode: a random pod for each connection. */
#include "traffic/kube_proxy.h"

struct iptables_spec {
    uint32_t affinity;
    int64_t affinity_ns;
};

static bool is_shared(const void *spec)
{
    (void)spec;
    return false;
}

static uint32_t iptables_pick(const void *spec, void *state, void *source_state,
                              const struct l4_choice *choice)
{
    (void)state;
    const struct iptables_spec *s = spec;
    uint32_t drawn = kube_proxy_walk(choice->count, choice->rng);
    if (!s->affinity) return drawn;
    uint32_t chosen = affinity_find(source_state, choice, s->affinity_ns);
    if (chosen == choice->count) chosen = drawn;
    affinity_note(source_state, choice, chosen);
    return chosen;
}

static void iptables_check(void *spec, const struct document *doc, struct place at,
                           const char *path, struct diag *d)
{
    (void)doc;
    const struct iptables_spec *s = spec;
    affinity_check(s->affinity, s->affinity_ns, at, path, d);
}

static const struct l4_type iptables_type = {
    .source_state_size = sizeof(struct affinity),
    .is_shared = is_shared,
    .pick = iptables_pick,
};

static const struct field iptables_fields[] = { AFFINITY_FIELDS(struct iptables_spec), FIELDS_END };

const struct kind l4_iptables = {
    .name = "iptables",
    .role = "l4",
    .room = "traffic",
    .doc =
        "kube-proxy's default: each new connection goes to a pod by chance, all alike, and stays "
        "there. Calls on it have no choice.",
    .source = "Kubernetes pkg/proxy/iptables (a chain of probabilities 1/n, 1/(n-1)...); "
              "core/v1 sessionAffinity",
    .example = "l4 = iptables { sessionAffinity = \"ClientIP\" }",
    .spec_size = sizeof(struct iptables_spec),
    .fields = iptables_fields,
    .check = iptables_check,
    .vtable = &iptables_type,
};
