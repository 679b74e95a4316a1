/* rules_transport.c - the rules of connections and of what deals them out, asked by vectors. */
#include "conformance.h"

#include "flow/wire.h"
#include "traffic/kube_proxy.h"
#include "traffic/protocol.h"

#define BACKENDS_MAX 64

/* The chain of probabilities that kube-proxy writes, the last rule's included. */
static struct value *probabilities(struct question *q)
{
    uint32_t n = ask_count(q, q->input, "backends", 1, BACKENDS_MAX);
    struct value *list = tell_list(q);
    for (uint32_t i = 0; i < n; i++)
        value_append(list, tell_number(q, kube_proxy_probability(n, i)));
    return list;
}

/* What each rule leaves to those after it, by the kernel's 31 bits. */
static struct value *shares(struct question *q)
{
    uint32_t n = ask_count(q, q->input, "backends", 1, BACKENDS_MAX);
    struct value *list = tell_list(q);
    double left = 1;
    for (uint32_t i = 0; i < n; i++) {
        double taken = left * kube_proxy_threshold(n, i) / 0x1p31;
        value_append(list, tell_number(q, (double)(int64_t)(taken * 1e8 + 0.5) / 1e8));
        left -= taken;
    }
    return list;
}

static struct value *round_trips(struct question *q)
{
    uint32_t tls = ask_choice(q, q->input, "tls", protocol_tls_choices);
    uint32_t resumption = ask_choice(q, q->input, "resumption", protocol_resumption_choices);
    bool resumed = ask_bool(q, q->input, "resumed");
    return tell_number(q, wire_setup_rtts(tls, resumption, resumed));
}

/* Round trips that a cold connection waits for acknowledgements before the last byte is out. */
static struct value *slow_start_trips(struct question *q)
{
    int64_t window = WIRE_WINDOW_FIRST;
    int64_t bytes = ask_count(q, q->input, "bytes", 0, UINT32_MAX);
    return tell_number(q, (double)wire_send_ns(bytes, 0, 1, &window));
}

static uint32_t ask_numbers(struct question *q, const char *key, uint32_t *numbers)
{
    uint32_t count = 0;
    for (const struct value *v = ask_list(q, q->input, key)->list_first; v && count < BACKENDS_MAX;
         v = v->next)
        numbers[count++] = (uint32_t)v->number;
    if (count == 0) q->problem = "input: no backends";
    return count;
}

/* Where so many connections go, one after another. */
static struct value *round_robin(struct question *q)
{
    uint32_t backends[BACKENDS_MAX], n = ask_numbers(q, "backends", backends);
    uint32_t count = ask_count(q, q->input, "connections", 1, 1000), last = UINT32_MAX;
    if (q->problem) return NULL;
    struct value *list = tell_list(q);
    for (uint32_t i = 0; i < count; i++) {
        last = backends[ipvs_round_robin(backends, n, last)];
        value_append(list, tell_number(q, last));
    }
    return list;
}

static struct value *least_connection(struct question *q)
{
    uint32_t connections[BACKENDS_MAX], n = ask_numbers(q, "connections", connections);
    return q->problem ? NULL : tell_number(q, ipvs_least_connection(connections, n));
}

/* Whether a source that connected at 0 keeps its backend at each time. */
static struct value *affinity(struct question *q)
{
    const uint32_t backends[] = { 7 };
    int64_t timeout_ns = ask_ns(q, q->input, "timeout_ms");
    struct affinity a = { .backend = 7, .known = true };
    struct value *list = tell_list(q);
    for (const struct value *v = ask_list(q, q->input, "at_ms")->list_first; v; v = v->next) {
        struct l4_choice c = { .backends = backends,
                               .count = 1,
                               .now_ns = (int64_t)(v->number * 1e6) };
        value_append(list, tell_bool(q, affinity_find(&a, &c, timeout_ns) == 0));
    }
    return list;
}

const struct rule rules_transport[] = {
    { "kubeProxyProbabilities", probabilities },
    { "kubeProxyShares", shares },
    { "setupRoundTrips", round_trips },
    { "slowStartRoundTrips", slow_start_trips },
    { "ipvsRoundRobin", round_robin },
    { "ipvsLeastConnection", least_connection },
    { "clientIpAffinity", affinity },
    { NULL, NULL },
};
