/* coredns_kind.c - what a scenario may say about its name servers. */
#include "traffic/coredns.h"
#include "traffic/resolv.h"

#include "engine/judge.h"

static const struct field coredns_fields[] = {
    COUNT(struct coredns_spec, "replicas", replicas, .preset = "2", .min = 1, .max = 1000,
          .doc = "Name servers; each query goes to one of them at random, by kube-proxy. kubeadm "
                 "starts two."),
    COUNT(struct coredns_spec, "workers", workers, .preset = "2", .min = 1,
          .max = COREDNS_WORKERS_MAX, .doc = "Cores that each of them can use."),
    PART(struct coredns_spec, "cpuPerQuery", cpu_per_query, "dist", .unit = UNIT_DURATION,
         .preset = "56us",
         .doc = "CPU a query takes, answered from the cache or not: 33 667 queries a second kept 1.9 "
                "cores busy (CoreDNS deployment guide)."),
    COUNT(struct coredns_spec, "queueLimit", queue_limit, .preset = "256", .min = 0,
          .max = COUNT_UNLIMITED,
          .doc = "Queries that may wait at one of them; more are dropped, and their resolvers time "
                 "out. About what fits a UDP socket's receive buffer (Linux: 212 992 bytes)."),
    DURATION(struct coredns_spec, "ttl", ttl_ns, .preset = "5s", .min = 0, .max = 3600e9,
             .doc = "Time to live of the cluster's own records, and of there being none: the "
                    "kubernetes plugin's 5 s unless its ttl is set; kubeadm's Corefile sets 30 s."),
    DURATION(struct coredns_spec, "cache", cache_ns, .preset = "30s", .min = 0, .max = 3600e9,
             .doc = "Most an answer is kept, whatever its record says; 0 keeps none. The usual "
                    "Corefile's `cache 30`; the plugin's own limit is 3600 s."),
    PART(struct coredns_spec, "forwardTime", forward_time, "dist", .unit = UNIT_DURATION,
         .preset = "5ms",
         .doc = "How long the upstream servers take over a name outside of the cluster. Measure "
                "yours."),
    DURATION(struct coredns_spec, "forwardTtl", forward_ttl_ns, .preset = "60s", .min = 0,
             .max = 86400e9,
             .doc = "Time to live of records that come from upstream, and of there being none."),
    DURATION(struct coredns_spec, "latency", latency_ns, .preset = "0s", .min = 0, .max = 60e9,
             .doc = "One-way time of a message between a caller and a name server."),
    RATIO(struct coredns_spec, "loss", loss_ratio, .preset = "0%", .min = 0, .max = 1,
          .doc = "Share of queries that are lost on the way, as by races in conntrack."),
    TEXT(struct coredns_spec, "clusterDomain", cluster_domain, .preset = "cluster.local",
         .doc = "The domain that the servers answer for themselves; names outside are forwarded."),
    BOOL(struct coredns_spec, "autopath", autopath, .preset = "false",
         .doc = "Whether the servers follow the search path themselves (plugin autopath): one query "
                "instead of one a search domain."),
    BOOL(struct coredns_spec, "nodeLocal", node_local, .preset = "false",
         .doc = "Whether each caller's node has a cache before the servers (NodeLocal DNSCache): it "
                "keeps answers for 30 s and denials for 5 s at most, answers in no time, and asks by "
                "TCP, so that nothing is lost."),
    FIELDS_END
};

static void coredns_check_spec(void *spec, const struct document *doc, struct place at,
                               const char *path, struct diag *d)
{
    (void)doc;
    const struct coredns_spec *s = spec;
    if (!resolv_is_name(s->cluster_domain))
        judge_field(d, at, path, "clusterDomain", "as in \"cluster.local\"",
                    "'%s' cannot be a domain", s->cluster_domain);
}

const struct kind traffic_coredns = {
    .name = "coredns",
    .role = "object",
    .form = KIND_SINGLETON,
    .room = "traffic",
    .doc = "The cluster's name servers, asked by callers with discovery = dns. Each is a queue with a "
           "cache of its own.",
    .source = "CoreDNS: plugins kubernetes, cache, forward; Scaling CoreDNS in Kubernetes Clusters",
    .example = "coredns { replicas = 2, cache = \"30s\", ttl = \"30s\" }",
    .spec_size = sizeof(struct coredns_spec),
    .fields = coredns_fields,
    .check = coredns_check_spec,
};
