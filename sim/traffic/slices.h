/* slices.h - what the Kubernetes API server knows of a group: its EndpointSlices.
 *
 * Kubelets report, the node controller gives up on nodes, the endpoints controller writes; others
 * watch. One for all routes whose callers watch the same group in the same way. */
#ifndef TRAFFIC_SLICES_H
#define TRAFFIC_SLICES_H

#include "traffic/listing.h"

struct slices_spec {
    struct part propagation;
    int64_t node_grace_ns;
};

/* Told whenever the slices have changed. */
struct slices_follower {
    void (*told)(struct world *w, const struct slices_follower *follower);
    struct slices_follower *next;
    uint32_t route;
};

/* For `prepare`. The same spec and group give the same slices. */
struct slices *slices_open(struct world *w, const struct slices_spec *spec, uint32_t route);
void slices_follow(struct slices *s, struct slices_follower *follower); /* kept; told in order */
uint32_t slices_group(const struct slices *s);
uint32_t slices_capacity(const struct slices *s);
void slices_begin(struct world *w); /* the run begins: what is written is what is there */
/* What is written there now. */
const struct view *slices_view(struct slices *s, const struct world *w);

#define SLICES_FIELDS(T, m)                                                                          \
    PART(T, "propagation", m propagation, "dist", .unit = UNIT_DURATION, .preset = "100ms",   \
         .doc = "From a pod's becoming ready, or ceasing to be, to its EndpointSlice's saying so " \
                "to those who watch: kubelet, API server and endpoints controller. Measure yours; " \
                "there is no figure that holds for all clusters."),                                \
        DURATION(T, "nodeMonitorGracePeriod", m node_grace_ns, .preset = "40s", .min = 0,     \
                 .max = 86400e9,                                                                   \
                 .doc = "How long a node may be silent before its pods are taken out, as of the "  \
                        "controller manager: 40 s up to Kubernetes 1.31, 50 s from 1.32.")

#endif
