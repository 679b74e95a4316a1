/* gap.h - a gap between arrivals, from real to whole nanoseconds. */
#ifndef WORKLOAD_GAP_H
#define WORKLOAD_GAP_H

#include "orrery/time.h"

/* Rounded to the nearest; what lies beyond the longest run never comes. */
static inline int64_t gap_of(double ns)
{
    return ns < (double)TIME_MAX_NS ? (int64_t)(ns + 0.5) : TIME_NEVER;
}

/* Mean gap in ns; INFINITY at rate 0, which gap_of turns into never. */
static inline double gap_mean_ns(double rate_per_s)
{
    return (double)NS_PER_S / rate_per_s;
}

#endif
