/* rate_steps.h - a rate that is constant between change points, and Poisson arrivals at it.
 *
 * Arrivals are drawn by the change of time: one exponential is spent as area under the rate, across
 * as many steps as it takes, so change points are exact and cost no draw. */
#ifndef WORKLOAD_RATE_STEPS_H
#define WORKLOAD_RATE_STEPS_H

#include "orrery/rng.h"

#include <stdbool.h>
#include <stdint.h>

struct rate_steps {
    uint32_t count;          /* at least 1 */
    const int64_t *begin_ns; /* rising; begin_ns[0] = 0 */
    const double *per_s;
    int64_t end_ns;    /* of the last step; TIME_NEVER: it goes on */
    uint32_t cycle;    /* the step that follows the last one; `count`: nothing follows */
    double cycle_area; /* calls expected in one cycle; by rate_steps_close */
};

/* Ends the making: a cycle in which nothing ever comes is taken away. */
void rate_steps_close(struct rate_steps *s);

struct rate_cursor {
    int64_t base_ns; /* when this pass over the steps began, as if from step 0 */
    uint32_t step;
};

/* ns from now_ns to the next arrival; TIME_NEVER when there is none. now_ns never falls. */
int64_t rate_next_gap(const struct rate_steps *s, struct rate_cursor *c, int64_t now_ns,
                      struct rng *r);

/* Mean calls per second over [0, duration_ns). */
double rate_mean(const struct rate_steps *s, int64_t duration_ns);

#endif
