/* traffic.h - the room's own state: what control planes and name servers hold. */
#ifndef TRAFFIC_TRAFFIC_H
#define TRAFFIC_TRAFFIC_H

#include "orrery/world.h"

struct catalog;
struct coredns;
struct lookups;
struct eureka;

/* Of the resolvers of one route. */
struct dns_figures {
    uint64_t lookups, failed, queries, local;
    struct histogram took; /* ns a lookup */
    uint32_t route;
    struct dns_figures *next;
};

struct traffic {
    struct catalog **catalogs; /* one a group and way of watching it */
    uint32_t catalog_count;
    struct coredns *coredns; /* NULL: nobody asks for names */
    struct lookups *lookups;
    struct eureka *eureka; /* NULL: nobody registers */
    struct dns_figures *dns_figures;
};

static inline struct traffic *traffic_of(const struct world *w)
{
    return w->rooms[ROOM_TRAFFIC];
}

/* dns_figures.c */
void dns_figures_reset(struct world *w);
void dns_figures_report(struct world *w);

#endif
