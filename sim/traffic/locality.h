/* locality.h - the role "locality": what a caller makes of the zones that backends stand in.
 *
 * Pure: either it moves backends of other zones to another priority level, or it says which share
 * of a level's calls each zone gets. */
#ifndef TRAFFIC_LOCALITY_H
#define TRAFFIC_LOCALITY_H

#include "orrery/balancer.h"

#define LEVEL_NEVER UINT8_MAX

/* Of one level. */
struct locality_view {
    uint8_t here; /* the caller's zone, or ZONE_OUTSIDE */
    uint32_t zone_count;
    const uint32_t *healthy, *total; /* backends, by zone */
    const uint32_t *callers;         /* ready pods of the caller's own service, by zone */
    uint32_t level;
    double overprovisioning; /* how much more than its backends' share a zone can bear */
};

struct locality_type {
    /* Where a backend of this zone and level belongs; LEVEL_NEVER: nowhere. NULL: where it is. */
    uint8_t (*level)(const void *spec, uint8_t here, uint8_t zone, uint8_t level);
    /* The share of each zone, not all 0. False: this level's zones are not told apart. NULL: never.
     */
    bool (*share)(const void *spec, const struct locality_view *view, double *shares);
    bool in_turn; /* shares are kept by weighted turns, not by chance */
};

/* Envoy's zone-aware routing: false where its conditions do not hold. */
bool zone_aware_share(uint32_t cluster_size_min, double routing_ratio,
                      const struct locality_view *view, double *shares);

#endif
