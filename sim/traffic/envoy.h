/* envoy.h - Envoy's arithmetic of load balancing: pure functions of its documented rules.
 *
 * Percentages are whole numbers and divisions drop the rest, as Envoy's do. */
#ifndef TRAFFIC_ENVOY_H
#define TRAFFIC_ENVOY_H

#include <stdbool.h>
#include <stdint.h>

#define ENVOY_OVERPROVISIONING_PERCENT 140
#define ENVOY_PANIC_PERCENT 50

/* Share of calls each priority level gets, in percent, from how many of its backends are healthy:
 * at the usual factor of 140 % a level keeps all its load down to 72 % healthy. False when nobody
 * is healthy, with all loads 0. `total` (may be NULL) becomes the sum of the levels' health, at
 * most 100. */
bool envoy_priority_load(const uint32_t *healthy, const uint32_t *backends, uint32_t level_count,
                         uint32_t factor_percent, uint32_t *load, uint32_t *total);
/* When health is heeded nowhere: by how many backends a level has. */
void envoy_panic_load(const uint32_t *backends, uint32_t level_count, uint32_t *load);

/* Panic: so few of a level's backends are healthy that health is not heeded. threshold 0: never. */
bool envoy_panics(uint32_t healthy_count, uint32_t backend_count, uint32_t threshold_percent);

/* Least request with unequal weights is a weighted round robin with these: the more calls a backend
 * has, the less it weighs. bias 0: its weight alone. */
double envoy_least_request_weight(double weight, uint32_t active, double bias);

/* What the weight of a backend is multiplied by, `since_ns` after it became healthy, during a slow
 * start of window_ns; 1 from then on. */
double envoy_slow_start_factor(int64_t since_ns, int64_t window_ns, double aggression,
                               double weight_min);

#endif
