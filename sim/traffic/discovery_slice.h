/* discovery_slice.h - a Service's kube-proxies, for discoveries that lead to them. */
#ifndef TRAFFIC_DISCOVERY_SLICE_H
#define TRAFFIC_DISCOVERY_SLICE_H

#include "traffic/catalog.h"
#include "traffic/sync.h"

struct slices_spec {
    struct part propagation;
    int64_t node_grace_ns;
};

#define SLICES_FIELDS(T, m)                                                                        \
    PART(T, "propagation", m propagation, "dist", .unit = UNIT_DURATION, .preset = "100ms",        \
         .doc = "From a pod's becoming ready, or ceasing to be, to its EndpointSlice's saying so " \
                "to those who watch: kubelet, API server and endpoints controller. Measure yours; " \
                "there is no figure that holds for all clusters."),                                \
        DURATION(T, "nodeMonitorGracePeriod", m node_grace_ns, .preset = "40s", .min = 0,          \
                 .max = 86400e9,                                                                   \
                 .doc = "How long a node may be silent before its pods are taken out, as of the "  \
                        "controller manager: 40 s up to Kubernetes 1.31, 50 s from 1.32.")

/* Specs, states and shared parts of such discoveries begin with these. */
struct slice_spec {
    struct discovery_spec reached;
    struct slices_spec slices;
    int64_t min_sync_ns;
    struct part sync_time;
};

struct slice_state {
    struct sync sync;
    struct event_id pending;
    struct rng rng;
};

struct slice_shared {
    struct catalog_follower follower; /* first: it is found by it */
    struct catalog *slices;
    uint64_t key; /* of the callers' streams */
};

void slice_open(struct slice_shared *shared, const struct slice_spec *spec, struct world *w,
                uint32_t route);
/* Changes of the slices reach the views of this route from here on. */
void slice_follow(struct slice_shared *shared);
void slice_begin(const struct discovery_site *site, struct world *w);

#define SLICE_FIELDS(T, m)                                                                         \
    DURATION(T, "minSyncPeriod", m min_sync_ns, .preset = "1s", .min = 0, .max = 3600e9,           \
             .doc = "The least time between two writings of kube-proxy's rules, after the first "  \
                    "two (KubeProxyConfiguration, iptables.minSyncPeriod). 0 for callers that "    \
                    "watch the slices themselves, as proxies with a control plane do."),           \
        PART(T, "syncTime", m sync_time, "dist", .unit = UNIT_DURATION, .preset = "0s",            \
             .doc = "How long writing the rules takes; they hold at its end. It grows with the "   \
                    "number of services.")

#endif
