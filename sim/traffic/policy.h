/* policy.h - the parts of a trafficPolicy and what each caller knows of its backends.
 *
 * Backends are kept in sets: all of a level, or those of a level in one zone; the balancer has a
 * state for each. Invariant: a set is a stretch of the caller's packed array, ascending by id, and
 * whoever is in none stands at the end. */
#ifndef TRAFFIC_POLICY_H
#define TRAFFIC_POLICY_H

#include "orrery/policy.h"
#include "traffic/health.h"
#include "traffic/locality.h"
#include "traffic/outlier.h"
#include "traffic/sticky.h"

struct policy_spec {
    double panic_ratio, overprovisioning;
    bool fails_in_panic;
    struct part outlier, health, locality, stickiness, subset;
};

/* What a caller knows of one backend slot. */
struct host {
    struct outlier_host outlier;
    struct health_host health;
    int64_t since_ns;   /* of the backend it is about */
    int64_t left_ns;    /* when the latest one left */
    bool present, seen; /* seen: in the present look */
};

struct backend_set {
    uint32_t first, count;
    void *state, *shared; /* the balancer's; NULL until it is first asked about this set */
};

struct level {
    uint32_t healthy, total;
    uint32_t load; /* percent of the calls */
    bool panics, by_zone;
};

struct policy_state {
    struct level levels[LEVELS_MAX];
    struct backend_set *sets;            /* level * (zones + 1) + 0 for all of a level, 1 + zone */
    double *shares, *turns;              /* level * zones + zone; turns: of the weighted turn */
    uint32_t *healthy, *total, *callers; /* by zone, while arranging */
    double *rates;                       /* room for as many as there can be backends, for sweeps */
    uint32_t version;                    /* of the sets */
    uint32_t caller_version;             /* of the caller's own group, when arranged */
    uint32_t ejected;                    /* now */
    uint32_t slots_seen;                 /* the highest slot that ever was ready, plus one */
    bool begun;                          /* its timers run */
    struct host hosts[];                 /* by backend - group.first */
};

struct policy_counts {
    uint64_t ejections[EJECTION_COUNT], spared; /* spared: too many were ejected already */
    uint64_t by_level[LEVELS_MAX];
    uint64_t picks_near, picks_far, picks_panic, picks_none;
    uint64_t probes, probes_failed;
    uint64_t sticky_kept, sticky_moved;
};

/* Of one route. */
struct policy_shared {
    const struct policy_spec *spec;
    const struct outlier_rule *outlier; /* NULL: none */
    const struct health_rule *health;   /* the same */
    uint32_t zone_count, instance_count, sweep_lane, probe_lane, timeout_lane, probe_route;
    uint32_t caller_group;
    uint64_t probes_ever; /* numbers their draws */
    struct place at;
    struct sessions sessions;
    struct policy_counts counts;
};

static inline struct host *host_of(const struct policy_site *site, const struct group *g,
                                   uint32_t backend)
{
    return &((struct policy_state *)site->state)->hosts[backend - g->first];
}

/* arrange.c: sets, levels and their loads, from the flags of the hosts. */
void policy_arrange(const struct policy_site *site, struct world *w);
/* Every backend is in one set or in none; those in sets are well, or their level panics. */
void policy_check(const struct policy_site *site);
/* The set that the next call goes to; NULL when none has a backend. */
struct backend_set *policy_set(const struct policy_site *site, struct world *w,
                               const struct pick *pick, bool *panics);

/* ejection.c */
void ejection_prepare(struct world *w, struct policy_shared *shared);
void ejection_begin(const struct policy_site *site, struct world *w);
void ejection_observe(const struct policy_site *site, struct world *w, uint32_t backend,
                      const struct observation *seen);
void ejection_end(const struct policy_site *site, struct world *w, uint32_t backend,
                  const char *cause);

/* probing.c */
void probing_prepare(struct world *w, struct policy_shared *shared, uint32_t route, struct place at,
                     struct diag *d);
void probing_open(struct world *w, struct policy_shared *shared, uint32_t route);
void probing_begin(const struct policy_site *site, struct world *w);

/* subset.c: the part of a set that is this customer's, copied to `own`; how many they are. */
#define SUBSET_MAX 32
uint32_t subset_gather(const struct part *subset, const struct policy_site *site,
                       const struct group *g, const struct backend_set *set,
                       const struct pick *pick, struct backend *own, uint32_t *positions);

#endif
