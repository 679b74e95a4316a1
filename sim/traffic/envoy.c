/* envoy.c - Envoy's arithmetic of load balancing.
 *
 * Sources: Envoy's documentation, "Priority levels", "Panic threshold", "Weighted least request"
 * and "Slow start mode". */
#include "traffic/envoy.h"

#include "orrery/time.h"

#include "base/check.h"
#include "base/exact.h"

#include "base/poison.h"

static uint32_t level_health(uint32_t healthy_percent)
{
    uint32_t health = healthy_percent * ENVOY_OVERPROVISIONING_PERCENT / 100;
    return health < 100 ? health : 100;
}

bool envoy_priority_load(const uint32_t *healthy_percent, uint32_t level_count, uint32_t *load)
{
    uint32_t total = 0, left = 100;
    for (uint32_t i = 0; i < level_count; i++)
        total += level_health(healthy_percent[i]);
    if (total > 100) total = 100;
    for (uint32_t i = 0; i < level_count; i++) {
        uint32_t wanted = total ? level_health(healthy_percent[i]) * 100 / total : 0;
        load[i] = wanted < left ? wanted : left;
        left -= load[i];
    }
    if (total == 0) return false;
    for (uint32_t i = 0; i < level_count; i++) /* what rounding left over goes to the first */
        if (load[i] > 0) {
            load[i] += left;
            break;
        }
    return true;
}

bool envoy_panics(uint32_t healthy_count, uint32_t backend_count, uint32_t threshold_percent)
{
    return (uint64_t)healthy_count * 100 < (uint64_t)threshold_percent * backend_count;
}

double envoy_least_request_weight(double weight, uint32_t active, double bias)
{
    if (bias == 0) return weight;
    double others = active + 1.0;
    return weight / (bias == 1 ? others : exact_pow(others, bias));
}

double envoy_slow_start_factor(int64_t since_ns, int64_t window_ns, double aggression,
                               double weight_min)
{
    check(window_ns > 0 && aggression > 0);
    if (since_ns >= window_ns) return 1;
    double since = (double)(since_ns > NS_PER_S ? since_ns : NS_PER_S);
    double share = since / (double)window_ns;
    double factor = aggression == 1 ? share : exact_pow(share, 1 / aggression);
    if (factor > 1) factor = 1; /* a window under one second */
    return factor > weight_min ? factor : weight_min;
}
