/* coredns.h - the cluster's name servers: how long an answer takes, and how long it is kept. */
#ifndef TRAFFIC_COREDNS_H
#define TRAFFIC_COREDNS_H

#include "traffic/catalog.h"

#define COREDNS_WORKERS_MAX 64

struct coredns_spec {
    uint32_t replicas, workers, queue_limit;
    struct part cpu_per_query, forward_time;
    int64_t ttl_ns, forward_ttl_ns, cache_ns, latency_ns;
    double loss_ratio;
    const char *cluster_domain;
    bool autopath, node_local;
};

/* What a query comes to. */
struct dns_reply {
    int64_t at_ns; /* when it is there; TIME_NEVER: it never will be */
    int64_t ttl_ns;
    bool exists;
};

/* What an entry of a cache is worth. */
struct dns_entry {
    int64_t stored_ns, expires_ns; /* it answers from the first up to before the second */
    struct view *view;             /* of a headless Service: the pods as they were then */
    bool exists;
};

/* NodeLocal DNSCache, its Corefile: what exists is kept for 30 s at most, what does not for 5 s. */
#define NODE_LOCAL_NS (30 * NS_PER_S)
#define NODE_LOCAL_DENIAL_NS (5 * NS_PER_S)

/* How long a record may be kept that its server gives this long, by a cache with this limit. */
static inline int64_t dns_lifetime(int64_t ttl_ns, int64_t cache_ns)
{
    return ttl_ns < cache_ns ? ttl_ns : cache_ns;
}

static inline bool dns_entry_answers(const struct dns_entry *e, int64_t now_ns)
{
    return e->stored_ns <= now_ns && now_ns < e->expires_ns;
}

struct coredns;

/* For `prepare`: the servers, opened by the first to ask. */
struct coredns *coredns_of(struct world *w);
const struct coredns_spec *coredns_spec(const struct coredns *c);

/* The number of a name; the same for all who ask for it. With slices it is a headless Service: it
 * exists while it has pods, and they are the answer. */
uint32_t coredns_name(struct coredns *c, struct world *w, const char *text, bool exists,
                      struct catalog *headless);
bool coredns_is_headless(const struct coredns *c, uint32_t name);
const char *coredns_text(const struct coredns *c, uint32_t name);
/* One query of `count` alike (A, AAAA), sent now to this replica; the reply has come when the last
 * has. */
struct dns_reply coredns_ask(struct coredns *c, struct world *w, uint32_t replica, uint32_t name,
                             uint32_t count);
/* The pods this replica now answers a name with; NULL unless it is headless. */
const struct view *coredns_view(struct coredns *c, struct world *w, uint32_t replica, uint32_t name);

void coredns_reset(struct world *w);
void coredns_check(const struct world *w);
void coredns_report(struct world *w);

#endif
