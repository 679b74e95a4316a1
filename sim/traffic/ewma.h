/* ewma.h - a peak-sensitive moving average of latency: Finagle's rule. */
#ifndef TRAFFIC_EWMA_H
#define TRAFFIC_EWMA_H

#include <stdint.h>

/* The average after one more round trip, elapsed_ns after it was last looked at or changed: a
 * longer one is believed at once, a shorter one only as the old is forgotten. Looking is a round
 * trip of 0. */
double ewma_peak(double average_ns, double rtt_ns, int64_t elapsed_ns, int64_t decay_ns);
/* What one more call to a backend would cost. One that has not answered yet and has calls out costs
 * more than any that has. */
double ewma_cost(double average_ns, uint32_t in_flight);

#endif
