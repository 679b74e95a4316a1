/* hosts.h - the infra room's own state. */
#ifndef INFRA_HOSTS_H
#define INFRA_HOSTS_H

#include "infra/infra.h"

struct map_text;

/* A node and what only this room knows of it. CPU is counted in millicores, so that taking and
 * giving back leaves nothing behind, which sums of doubles would. */
struct host {
    struct node node;
    bool limitless;
    uint32_t outages; /* under way: up only when 0 */
    uint32_t pods;
    int64_t milli, milli_used, memory_used;
    int64_t since_ns;                    /* the sums below reach to here */
    double milli_ns, memory_ns, pods_ns; /* used x time, since the warm-up ended */
};

/* How many pods of one group are where. */
struct tally {
    uint32_t *by_zone, *by_host;
};

struct pool {
    const char *name;
    uint32_t first, count; /* its hosts */
    double price_per_hour; /* of one node */
};

/* What one owner's pods hold. */
struct account {
    const char *owner;
    int64_t pods, since_ns;
    double milli, memory;       /* now */
    double milli_ns, memory_ns; /* x time, since the warm-up ended */
};

struct infra {
    struct host *hosts;
    uint32_t host_count;
    struct pool *pools;
    uint32_t pool_count;
    const char *const *zones;
    uint32_t zone_count;
    struct tally *tallies;
    uint32_t tally_count;
    struct account *accounts;
    uint32_t account_count;
    struct map_text *account_names;
    int64_t began_ns; /* figures reach from here */
};

static inline struct infra *infra_of(const struct world *w)
{
    return w->rooms[ROOM_INFRA];
}

/* Millicores of a request, rounded up as Kubernetes does; a hair of rounding error is no core. */
static inline int64_t milli_of(double cores)
{
    double milli = cores * 1000, whole = (double)(int64_t)milli;
    return (int64_t)whole + (milli - whole > 1e-6);
}

/* zones.c */
struct zones_spec {
    struct list names; /* const char * */
};
void infra_zones_open(struct infra *f, const struct document *doc);
/* nodepool.c */
void infra_hosts_open(struct infra *f, struct arena *a, const struct document *doc);
/* All that a host is made of has loaded, and there are not too many. */
bool infra_hosts_sound(const struct document *doc);
/* place.c */
void host_settle(struct host *h, int64_t now); /* brings the sums up to now */
void infra_place_check(const struct world *w);
/* cost.c */
void infra_cost_reset(struct world *w);
void infra_cost_report(struct world *w);

#endif
