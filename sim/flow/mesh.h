/* mesh.h - what the mesh adds to a route while it opens. */
#ifndef FLOW_MESH_H
#define FLOW_MESH_H

#include "orrery/mesh.h"
#include "orrery/route.h"

struct mesh_chain {
    struct list filters; /* outside the call site's own */
    const struct part *timeout, *retry, *policy, *proxy;
    uint32_t proxies;
};

/* What the route has in all: the call site's own words go before the mesh's. */
struct mesh_chain mesh_chain_of(const struct world *w, const struct route_spec *spec,
                                const char *target);
uint32_t mesh_chain_count(const struct mesh_chain *c, const struct route_spec *spec);

#endif
