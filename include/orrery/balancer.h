/* balancer.h - the role "balancer": which backend gets the call.
 *
 * Pure: it sees a packed array of backends with this caller's own view of them, and asks for
 * nothing else. State is per caller instance, zeroed when opened and kept when the set changes. To
 * add one: sim/traffic/balancer_NAME.c and a line in sim/model/kinds.def. */
#ifndef ORRERY_BALANCER_H
#define ORRERY_BALANCER_H

#include "orrery/call.h"
#include "orrery/kind.h"
#include "orrery/rng.h"

#define BACKEND_NONE UINT32_MAX
#define ZONE_OUTSIDE UINT8_MAX /* where a client is: in no zone */

enum backend_flag {
    BACKEND_EJECTED = 1,  /* outlier detection took it out for a while */
    BACKEND_UNHEALTHY = 2 /* it fails this caller's health checks */
};

struct backend {
    uint32_t id;        /* the endpoint's number: stable while it lives */
    uint32_t in_flight; /* this caller's calls there now; 0 unless the balancer counts */
    uint32_t weight;    /* 1 unless someone gave another; never 0 */
    uint8_t zone;
    uint8_t level; /* priority: a lower one is used first */
    uint8_t flags; /* enum backend_flag; set only where it is picked from all the same */
    uint8_t unused;
    int64_t since_ns; /* when it became ready; the balancer may keep the time of `own` here */
    double own;       /* the balancer's; 0 when the backend came */
};
_Static_assert(sizeof(struct backend) <= 32, "two a cache line: some balancers look at all");

/* Whether one more call would load it less for its weight; with equal weights: fewer in flight. */
static inline bool backend_is_idler(const struct backend *a, const struct backend *b)
{
    return (a->in_flight + UINT64_C(1)) * b->weight < (b->in_flight + UINT64_C(1)) * a->weight;
}

struct pick {
    uint64_t customer; /* hash of the customer's key: the same for all its calls */
    struct rng *rng;   /* this caller's own policy stream */
    void *shared;     /* one for all instances of the caller: tables made from the backends alone */
    uint32_t version; /* of the set of backends; never 0 */
    int64_t now_ns;
    uint8_t zone; /* the caller's, or ZONE_OUTSIDE */
    uint32_t call;
    struct world *w; /* with `call`, for the balancer that asks a script; others decide without */
};

/* What came of a call that a backend was given. */
struct observation {
    int64_t latency_ns; /* since it was chosen */
    int64_t now_ns;
    enum outcome outcome; /* OUTCOME_TIMEOUT: this attempt was given up; OUTCOME_ABANDONED: the
                             caller no longer wants to know */
    uint32_t first;       /* the least id of the group */
    struct world *w;      /* as in struct pick */
};

struct balancer_type {
    size_t state_size;
    size_t backend_state_size; /* the state is longer by this for each backend there can be */
    size_t shared_size;        /* of pick.shared, zeroed when opened */
    /* 0 <= result < n, or BACKEND_NONE where the real one would answer 503; n >= 1. May write `own`
     * and since_ns. */
    uint32_t (*pick)(const void *spec, void *state, struct backend *backends, uint32_t n,
                     const struct pick *pick);
    /* A reply came, or the caller gave up; not told of a backend that has left. NULL: not told. */
    void (*observe)(const void *spec, void *state, struct backend *backend,
                    const struct observation *seen);
    bool counts; /* it looks at in_flight, which is then kept */
    bool hashes; /* a customer keeps to a backend: what else is drawn for it goes by customer too */
    bool refuses; /* it may say BACKEND_NONE, so it is asked even where there is one backend */
};

#endif
