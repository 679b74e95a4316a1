/* time.h - the clock's unit and the arithmetic allowed on it.
 *
 * Virtual time is a signed 64-bit count of nanoseconds since the run began: 292 years,
 * exact, the same on every machine. Doubles carry seconds only when printed. */
#ifndef ORRERY_TIME_H
#define ORRERY_TIME_H

#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (3600 * NS_PER_S)
#define NS_PER_DAY (86400 * NS_PER_S)

/* Later than any event: "no deadline". */
#define TIME_NEVER INT64_MAX

/* The longest run or delay a scenario may ask for: ten years, so sums cannot overflow. */
#define TIME_MAX_NS (3653 * NS_PER_DAY)

static inline double ns_to_s(int64_t ns)
{
    return (double)ns / 1e9;
}

static inline double ns_to_ms(int64_t ns)
{
    return (double)ns / 1e6;
}

/* Saturating, because "now plus a very long delay" means never, not a wrapped past. */
static inline int64_t time_add(int64_t now_ns, int64_t delay_ns)
{
    return delay_ns > TIME_NEVER - now_ns ? TIME_NEVER : now_ns + delay_ns;
}

#endif
