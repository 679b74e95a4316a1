/* resolv.h - the names a resolver asks for, one after another, when a program asks for one. */
#ifndef TRAFFIC_RESOLV_H
#define TRAFFIC_RESOLV_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

#define RESOLV_SEARCH_MAX 32 /* Kubernetes' limit on search domains in a pod */

/* Writes them, at most search_count + 1, without their trailing dots, and returns how many. The
 * resolver stops at the first that exists. */
uint32_t resolv_expand(struct arena *a, const char *name, uint32_t ndots,
                       const char *const *search, uint32_t search_count, const char **names);

/* Whether it is made of labels as names are (RFC 1035): letters, digits, '-' and '_', at most 63 in a
 * label and 253 in all. A final dot is fine. */
bool resolv_is_name(const char *name);
/* Whether `name` lies in `domain`, or is it. */
bool resolv_within(const char *name, const char *domain);
/* Whether this is the name of the Service `service` in some namespace of the cluster. */
bool resolv_is_service(const char *name, const char *service, const char *cluster_domain);
/* Whether this is what a program asked for, taken as it is, and lies outside of the cluster. */
bool resolv_is_outside(const char *name, const char *asked, const char *cluster_domain);

#endif
