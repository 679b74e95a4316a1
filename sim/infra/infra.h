/* infra.h - where pods run: zones, nodes, what is free on them, what they cost.
 *
 * With no nodepool in the scenario there is one implicit node without limits in one zone. */
#ifndef INFRA_INFRA_H
#define INFRA_INFRA_H

#include "orrery/world.h"

#define NODE_NONE UINT32_MAX

struct node {
    const char *name; /* "workers-0" */
    const char *pool;
    uint8_t zone;
    bool up;
    double cpu, cpu_free;       /* cores; free of requests. INFINITY on the implicit node */
    int64_t memory, memory_free; /* bytes */
};

uint32_t infra_node_count(const struct world *w);
const struct node *infra_node(const struct world *w, uint32_t node);
const char *infra_zone_name(const struct world *w, uint8_t zone);
uint32_t infra_zone_count(const struct world *w);

/* Takes room for a pod of `group` (a service's number): among up nodes with room, the one whose
 * zone has fewest pods of that group, then with fewest of them itself, then with most free CPU,
 * then the lowest index. NODE_NONE when there is no room. */
uint32_t infra_place(struct world *w, uint32_t group, double cpu, int64_t memory);
void infra_release(struct world *w, uint32_t group, uint32_t node, double cpu, int64_t memory);

/* A pod that holds requests from now until infra_meter_stop costs what `price` says; amounts are
 * added up per owner (a service's name). Scaling calls it, cost reports it. */
void infra_meter(struct world *w, const char *owner, double cpu, int64_t memory, int32_t pods);

#endif
