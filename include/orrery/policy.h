/* policy.h - the role "trafficPolicy": what stands between a caller's ready backends and its
 * balancer.
 *
 * Which of the ready ones may be used (health, ejection), which first (priority, zone), whether a
 * customer keeps to one. It orders the packed array so that those among whom the balancer chooses
 * stand together, and asks the balancer itself. State is per caller instance, zeroed when opened.
 */
#ifndef ORRERY_POLICY_H
#define ORRERY_POLICY_H

#include "orrery/balancer.h"
#include "orrery/endpoint.h"

struct policy_site {
    const void *spec;
    void *state;
    void *shared; /* what `prepare` made: per route */
    const struct balancer_type *balancer;
    const void *balancer_spec;
    struct backend *backends; /* as last arranged; as many again behind the group's capacity are
                                 free to work in */
    uint32_t count;
    uint32_t route, instance, group;
};

struct policy_type {
    size_t state_size;
    size_t backend_state_size; /* the state is longer by this for each backend there can be */
    /* Nothing here may be NULL. Once a route, while it opens; tells d what cannot be. */
    void *(*prepare)(const void *spec, struct world *w, uint32_t route, struct place at,
                     struct diag *d);
    /* Once a route, before the first event: routes of its own may be opened. */
    void (*begin)(struct world *w, uint32_t route, void *shared);
    /* The ready set changed, or route_arrange was called: reorders site->backends. */
    void (*arrange)(const struct policy_site *site, struct world *w);
    /* Something else than the ready set has changed, and arrange is due. */
    bool (*stale)(const struct policy_site *site, const struct world *w);
    /* 0 <= result < site->count, or BACKEND_NONE. site->count >= 1. */
    uint32_t (*pick)(const struct policy_site *site, struct world *w, uint32_t call,
                     const struct pick *pick);
    /* A reply came, or the caller gave up; not told of a backend that has left. Tells the
     * balancer. */
    void (*observe)(const struct policy_site *site, struct world *w, uint32_t call,
                    uint32_t backend_index, const struct observation *seen);
    void (*check)(const struct policy_site *site); /* what always holds */
    void (*reset)(void *shared); /* the warm-up is over */
    /* The run is over: figures under the called group's name. */
    void (*report)(struct world *w, uint32_t route, void *shared);
};

/* The backends are to be arranged anew before this caller's next pick. */
void route_arrange(struct world *w, uint32_t route, uint32_t instance);
/* Brings its site up to date, as the next pick would. */
void route_look_up(struct world *w, uint32_t route, uint32_t instance);
const struct policy_site *route_policy(const struct world *w, uint32_t route, uint32_t instance);
uint8_t route_caller_zone(const struct world *w, uint32_t route, uint32_t instance);
/* The group that the caller's own pods form; GROUP_NONE for clients. */
uint32_t route_caller_group(const struct world *w, uint32_t route);

#endif
