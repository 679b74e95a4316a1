/* flow.h - the room's own state: groups, routes and the network between them. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "orrery/balancer.h"
#include "orrery/filter.h"
#include "orrery/route.h"

/* One caller's own view of a route: what a real client process would hold. */
struct instance {
    struct backend *backends; /* packed: the ready ones */
    uint32_t *position;       /* by backend - group.first; POSITION_NONE when not ready */
    uint32_t count, version;
    void *balancer_state;
    struct rng rng;
    void *filter_states[FILTERS_MAX];
};
#define POSITION_NONE UINT32_MAX

struct route {
    const struct balancer_type *balancer;
    const void *balancer_spec;
    void *balancer_shared;
    uint32_t group, operation, owner;
    uint32_t instance_base, instance_count;
    uint8_t filter_count;
    bool by_pod, counts;
    struct instance *instances;
    void (*reply)(struct world *w, uint32_t call);
    struct {
        const struct filter_type *type;
        const void *spec;
        void *shared;
    } filters[FILTERS_MAX];
    const uint8_t *zones;
    const char *name;
};

enum hop { HOP_LOCAL, HOP_CROSS_ZONE, HOP_INTERNET, HOP_COUNT };

struct flow {
    struct group *groups;
    uint32_t group_count;
    struct route *routes;
    uint32_t route_count;
    bool networked; /* some hop takes time */
    uint32_t lane_there[HOP_COUNT], lane_back[HOP_COUNT];
    int64_t hop_ns[HOP_COUNT];
};

static inline struct flow *flow_of(const struct world *w)
{
    return w->rooms[ROOM_FLOW];
}

/* The caller's instance of a route that this call travels on. */
static inline struct instance *instance_of(const struct world *w, const struct route *r,
                                           const struct call *c)
{
    return r->by_pod ? &r->instances[call_get(w, c->parent)->pod - r->instance_base] : r->instances;
}

/* Chooses a backend for the call: POSITION_NONE when none is ready. */
uint32_t route_pick(struct world *w, struct route *r, struct instance *in, uint32_t call);
/* The backend has one call of this caller less. */
void route_return(struct world *w, uint32_t call);

/* call.c */
uint32_t calls_take(struct world *w);
void calls_open(struct world *w);
/* A child joins, leaves, or is replaced in, its parent's list. */
void call_link(struct world *w, uint32_t parent, uint32_t child);
void call_unlink(struct world *w, uint32_t parent, uint32_t child);

extern const struct event_type call_arrives, call_returns;
void flow_network_open(struct world *w);

#endif
