/* kube_proxy.h - which backend a new connection gets behind a Service's address: the rules that
 * kube-proxy writes. Pure. */
#ifndef TRAFFIC_KUBE_PROXY_H
#define TRAFFIC_KUBE_PROXY_H

#include "orrery/transport.h"

/* iptables. Of n backends the i-th rule takes what has come so far with this probability, printed
 * with ten decimals as kube-proxy does; the last takes the rest. */
double kube_proxy_probability(uint32_t n, uint32_t i);
/* As the kernel's statistic match compares it with 31 random bits. */
uint32_t kube_proxy_threshold(uint32_t n, uint32_t i);
uint32_t kube_proxy_walk(uint32_t n, struct rng *rng);

/* IPVS. After the backend with number `last` (an index of `backends`), in order, round and round.
 */
uint32_t ipvs_round_robin(const uint32_t *backends, uint32_t n, uint32_t last);
/* Fewest connections; the first of equals. */
uint32_t ipvs_least_connection(const uint32_t *connections, uint32_t n);
/* By a table of 256 buckets, which the backends fill in turn. */
uint32_t ipvs_source_hash(uint64_t source, uint32_t n);

/* sessionAffinity: ClientIP. */
struct affinity {
    uint32_t backend;
    bool known;
    int64_t seen_ns;
};
/* The index of the backend that this source had last, when that is still there and not too long
 * ago; n otherwise. */
uint32_t affinity_find(const struct affinity *a, const struct l4_choice *choice,
                       int64_t timeout_ns);
void affinity_note(struct affinity *a, const struct l4_choice *choice, uint32_t chosen);

extern const char *const affinity_choices[];
#define AFFINITY_NS (10800 * NS_PER_S) /* the preset below */
void affinity_check(uint32_t affinity, int64_t timeout_ns, struct place at, const char *path,
                    struct diag *d);
#define AFFINITY_FIELDS(T)                                                                         \
    CHOICE(T, "sessionAffinity", affinity, .preset = "None", .choices = affinity_choices,          \
           .doc =                                                                                  \
               "ClientIP: a caller's connections all go to the pod that its last one went to."),   \
        DURATION(T, "timeoutSeconds", affinity_ns, .preset = "10800s", .min = 1e9, .max = 86400e9, \
                 .doc = "How long after that; counts anew with each connection.")

#endif
