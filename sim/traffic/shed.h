/* shed.h - which calls a limit on concurrency lets through, by their priority: pure. */
#ifndef TRAFFIC_SHED_H
#define TRAFFIC_SHED_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a call may join `in_flight` others under the limit. shares[p] is the part of the limit
 * that calls of priority p may fill; priorities past the last have the last one's share. count 0:
 * all may fill all of it. One call may always be out: a limit cannot shut the door for good. */
bool shed_admits(double limit, uint32_t in_flight, const double *shares, uint32_t count,
                 uint32_t priority);

#endif
