/* catalog.h - what a control plane has written about a group: who can be called, and where.
 *
 * Kubernetes' EndpointSlices, Consul's catalog: changes take their time until they are written, and
 * others watch. One for all routes whose callers watch the same group in the same way. */
#ifndef TRAFFIC_CATALOG_H
#define TRAFFIC_CATALOG_H

#include "traffic/listing.h"

struct catalog;

/* How long the change of this backend, which has just happened, takes until it is written. */
typedef int64_t catalog_delay(const void *spec, const struct world *w, const struct group *g,
                              uint32_t backend, struct rng *r);

/* Told whenever the catalog has changed. */
struct catalog_follower {
    void (*told)(struct world *w, const struct catalog_follower *follower);
    struct catalog_follower *next;
    uint32_t route;
};

/* For `prepare`. The same spec and group give the same catalog. */
struct catalog *catalog_open(struct world *w, const void *spec, catalog_delay *delay, uint32_t route);
void catalog_follow(struct catalog *c, struct catalog_follower *follower); /* kept; told in order */
uint32_t catalog_group(const struct catalog *c);
void catalogs_begin(struct world *w); /* the run begins: what is written is what is there */
/* What is written there now. */
const struct view *catalog_view(struct catalog *c, const struct world *w);

/* Whether nobody can report that this backend is gone: its node is down. */
bool catalog_unreported(const struct world *w, const struct group *g, uint32_t backend);

#endif
