/* envoy.c - Envoy's arithmetic of load balancing.
 *
 * Sources: Envoy's documentation, "Priority levels", "Panic threshold", "Weighted least request"
 * and "Slow start mode". */
#include "traffic/envoy.h"

#include "orrery/time.h"

#include "base/check.h"
#include "base/exact.h"

#include "base/poison.h"

static uint32_t level_health(uint32_t healthy, uint32_t backends, uint32_t factor_percent)
{
    if (backends == 0) return 0;
    uint64_t health = (uint64_t)healthy * factor_percent / backends;
    return health < 100 ? (uint32_t)health : 100;
}

/* What rounding left over goes to the first that has any. */
static void rest_add(uint32_t *load, uint32_t level_count, uint32_t left)
{
    for (uint32_t i = 0; i < level_count; i++)
        if (load[i] > 0) {
            load[i] += left;
            return;
        }
}

bool envoy_priority_load(const uint32_t *healthy, const uint32_t *backends, uint32_t level_count,
                         uint32_t factor_percent, uint32_t *load, uint32_t *total)
{
    uint32_t sum = 0, left = 100;
    for (uint32_t i = 0; i < level_count; i++)
        sum += level_health(healthy[i], backends[i], factor_percent);
    if (sum > 100) sum = 100;
    if (total) *total = sum;
    for (uint32_t i = 0; i < level_count; i++) {
        uint32_t health = level_health(healthy[i], backends[i], factor_percent);
        uint32_t wanted = sum ? health * 100 / sum : 0;
        load[i] = wanted < left ? wanted : left;
        left -= load[i];
    }
    if (sum == 0) return false;
    rest_add(load, level_count, left);
    return true;
}

void envoy_panic_load(const uint32_t *backends, uint32_t level_count, uint32_t *load)
{
    uint64_t all = 0;
    uint32_t left = 100;
    for (uint32_t i = 0; i < level_count; i++)
        all += backends[i];
    for (uint32_t i = 0; i < level_count; i++) {
        load[i] = all ? (uint32_t)(backends[i] * UINT64_C(100) / all) : 0;
        left -= load[i];
    }
    rest_add(load, level_count, left);
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
