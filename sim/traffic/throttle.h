/* throttle.h - adaptive throttling: a client that is often refused asks less often. */
#ifndef TRAFFIC_THROTTLE_H
#define TRAFFIC_THROTTLE_H

#include <stdint.h>

/* The share of calls to refuse before they are sent: max(0, (requests - K accepts) / (requests + 1))
 * over the last window, requests including those refused here. Beyer et al., Site Reliability
 * Engineering (2016), ch. 21, "Client-Side Throttling". */
double throttle_reject_ratio(double k, int64_t requests, int64_t accepts);

#endif
