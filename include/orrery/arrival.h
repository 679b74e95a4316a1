/* arrival.h - the role "arrival": when an open-loop client sends.
 *
 * next_gap is called once an arrival; batch says how many calls that arrival brings. State
 * is per client and zeroed before `open`. Draws come from the client's own arrival stream, so two
 * variants of a scenario see the same arrivals. */
#ifndef ORRERY_ARRIVAL_H
#define ORRERY_ARRIVAL_H

#include "orrery/kind.h"
#include "orrery/rng.h"

struct arrival_type {
    size_t state_size;
    void (*open)(const void *spec, void *state, struct rng *r); /* NULL: zeroed state will do */
    /* ns from now_ns to the next arrival, >= 0; TIME_NEVER when there are no more. */
    int64_t (*next_gap)(const void *spec, void *state, int64_t now_ns, struct rng *r);
    /* The mean gap in ns of one whose gaps are mean x rng_exponential, rounded, always: a client
     * then draws them itself. NULL: they are not. */
    double (*exponential_ns)(const void *spec);
    uint32_t (*batch)(const void *spec, void *state, struct rng *r); /* NULL: always 1 */
    /* Mean calls per second over the whole of a run of duration_ns: for checks and reports. */
    double (*mean_rate)(const void *spec, int64_t duration_ns);
};

#endif
