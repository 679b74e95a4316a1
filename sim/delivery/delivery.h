/* delivery.h - releases: every pod of a service replaced by a new one, within limits.
 *
 * One release of a service is under way at a time; a newer one takes over, as a newer template
 * does in Kubernetes. */
#ifndef DELIVERY_DELIVERY_H
#define DELIVERY_DELIVERY_H

#include "orrery/world.h"

/* What `kubectl rollout restart` obeys: a Deployment's strategy. */
struct rollout_limits {
    uint32_t surge;       /* pods beyond the wanted replicas */
    uint32_t unavailable; /* wanted replicas that may be missing; not both 0 */
    uint32_t min_ready_s; /* a new pod is available after being ready so long */
    const char *version;  /* for the timeline; NULL: none */
};
extern const struct rollout_limits rollout_limits_preset;

/* `cause` is a recorder event number or 0. */
void rollout_begin(struct world *w, uint32_t service, const struct rollout_limits *limits,
                   uint32_t cause);

/* Wants so many replicas; when the service cannot have them, the timeline says so. */
bool scale_to(struct world *w, uint32_t service, uint32_t replicas, uint32_t cause);

#endif
