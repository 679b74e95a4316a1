/* eureka.h - a registry that instances renew their leases at and callers fetch from. */
#ifndef TRAFFIC_EUREKA_H
#define TRAFFIC_EUREKA_H

#include "traffic/listing.h"

struct eureka_spec {
    int64_t heartbeat_ns, duration_ns, eviction_ns, cache_ns;
    double threshold_ratio;
    bool preserves;
};

struct eureka;

/* For `prepare`: the registry, opened by the first to ask. All backends of the group are its clients
 * from then on; returns the group's number there. */
struct eureka *eureka_of(struct world *w);
uint32_t eureka_enroll(struct eureka *e, struct world *w, uint32_t group);
/* What a fetch answers with now. */
const struct view *eureka_view(const struct eureka *e, uint32_t enrolled);

void eureka_begin(struct world *w);
void eureka_reset(struct world *w);
void eureka_check(const struct world *w);
void eureka_report(struct world *w);

#endif
