/* balancer.h - the role "balancer": which backend gets the call.
 *
 * Pure: it sees a packed array of ready backends with this caller's own view of them, and asks for
 * nothing else. State is per caller instance, zeroed when opened and kept when the set changes. To
 * add one: sim/traffic/balancer_NAME.c and a line in sim/model/kinds.def. */
#ifndef ORRERY_BALANCER_H
#define ORRERY_BALANCER_H

#include "orrery/kind.h"
#include "orrery/rng.h"

struct backend {
    uint32_t id;        /* the endpoint's number: stable while it lives */
    uint32_t in_flight; /* this caller's calls there now; 0 unless the balancer counts */
    uint32_t weight;    /* 1 unless someone gave another */
    uint32_t unused;
};

struct pick {
    uint64_t customer; /* hash of the customer's key: the same for all its calls */
    struct rng *rng;   /* this caller's own policy stream */
    void *shared;      /* one for all instances of the caller: tables made from the backends alone */
    uint32_t version;  /* of the set of backends; never 0 */
};

struct balancer_type {
    size_t state_size;
    size_t shared_size; /* of pick.shared, zeroed when opened */
    /* 0 <= result < n; n >= 1. */
    uint32_t (*pick)(const void *spec, void *state, const struct backend *backends, uint32_t n,
                     const struct pick *pick);
    bool counts; /* it looks at in_flight, which is then kept */
};

#endif
