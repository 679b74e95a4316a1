/* infra.h - where pods run: zones, nodes, what is free on them, what they cost.
 *
 * With no nodepool in the scenario there is one implicit node without limits in one zone. */
#ifndef INFRA_INFRA_H
#define INFRA_INFRA_H

#include "orrery/world.h"

#define NODE_NONE UINT32_MAX
#define ZONE_NONE UINT8_MAX
#define ZONES_MAX 64
#define NODES_MAX 100000

struct arena;

struct node {
    const char *name; /* "workers-0" */
    const char *pool;
    uint8_t zone;
    bool up;
    double cpu, cpu_free;        /* cores; free of requests. INFINITY on the implicit node */
    int64_t memory, memory_free; /* bytes; INT64_MAX on the implicit node */
};

uint32_t infra_node_count(const struct world *w);
const struct node *infra_node(const struct world *w, uint32_t node);
const char *infra_zone_name(const struct world *w, uint8_t zone);
uint32_t infra_zone_count(const struct world *w);

/* The number of a zone of the document, or ZONE_NONE. For kind checks. */
uint8_t infra_zone_find(const struct document *doc, const char *name);
/* Tells d when there is none of that name: for fields that name a zone. */
bool infra_zone_judge(const struct document *doc, const char *name, struct place at,
                      const char *path, struct diag *d);

/* Takes room for a pod of `group` (a service's number): among up nodes with room, the one whose
 * zone has fewest pods of that group, then with fewest of them itself, then with most free CPU,
 * then the lowest index. NODE_NONE when there is no room. CPU counts in whole millicores, rounded
 * up as Kubernetes does. */
uint32_t infra_place(struct world *w, uint32_t group, double cpu, int64_t memory);
/* The same for the pods of a document's first moment, before there is a world. NULL: there are no
 * nodes to fill, so that all fit, or what is said of them is not sound. */
struct infra_plan;
struct infra_plan *infra_plan_open(struct arena *a, const struct document *doc);
/* False when no node has room. */
bool infra_plan_place(struct infra_plan *p, uint32_t group, double cpu, int64_t memory);

void infra_release(struct world *w, uint32_t group, uint32_t node, double cpu, int64_t memory);

/* Takes a node down (false) or lets it come back (true). Outages overlap: a node is up again when
 * each `false` has had its `true`. Pods on it are the caller's affair. */
void infra_node_up(struct world *w, uint32_t node, bool up);

/* From now on `owner` (a service's name) holds the requests of so many more pods (fewer, when
 * negative); what `price` says of them is added up until the run ends. */
void infra_meter(struct world *w, const char *owner, double cpu, int64_t memory, int32_t pods);

/* What `owner` has used on top of that since the warm-up ended: ns of cores, ns of bytes. Before
 * the room reports. */
void infra_charge(struct world *w, const char *owner, double core_ns, double byte_ns);

#endif
