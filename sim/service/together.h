/* together.h - what the services and gateways of a document make together. */
#ifndef SERVICE_TOGETHER_H
#define SERVICE_TOGETHER_H

#include "service/pod.h"

/* Tells d of names that a service and a gateway share, of calls between services that come back to
 * where they began or nest too deep, and of pods that no node has room for when the run begins. What a
 * gateway is asked for, and so passes on, is known when a world opens. */
void services_check(const struct document *doc, struct diag *d);

/* What a pod may use at most; 0 where nothing is said. */
struct resource_list service_limits(const struct service_spec *spec);
/* What it requests. As the API server defaults it: no request said means the limit. */
struct resource_list service_requests(const struct service_spec *spec);

#endif
