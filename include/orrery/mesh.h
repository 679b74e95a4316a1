/* mesh.h - what a service mesh puts between the services that are in it.
 *
 * The callee's proxy stands before every call to a service in the mesh; where the caller is in it
 * too its own proxy does as well, and applies the mesh's chain to call sites that say none. */
#ifndef ORRERY_MESH_H
#define ORRERY_MESH_H

#include "orrery/kind.h"

struct mesh_spec {
    struct part proxy, timeout, retry, policy; /* proxy, timeout, retry: filters */
    struct list filters;
    struct list services; /* const char *; none: all */
};

struct world;
/* How many proxies a call on this route passes; 0: the route is not the mesh's. */
uint32_t route_proxies(const struct world *w, uint32_t route);
/* Whether its caller is a pod. */
bool route_from_pod(const struct world *w, uint32_t route);

#endif
