/* outlier.c - Envoy's rules of outlier detection.
 *
 * Source: Envoy's documentation, "Outlier detection" (architecture overview and the v3 message
 * OutlierDetection). Ejections end, and hosts are forgiven, at sweeps: a 30 s ejection with sweeps
 * each 10 s lasts between 30 and 40 s. */
#include "traffic/outlier.h"

#include <math.h>

#include "base/poison.h"

const char *const ejection_names[EJECTION_COUNT] = {
    "", "consecutive5xx", "consecutiveGateway", "successRate", "failurePercentage",
};

/* HTTP 502, 503 and 504, and what never reached the application. */
static bool is_gateway_error(enum outcome outcome)
{
    return outcome == OUTCOME_UNAVAILABLE || outcome == OUTCOME_TIMEOUT ||
           outcome == OUTCOME_CRASHED || outcome == OUTCOME_OVERLOADED ||
           outcome == OUTCOME_EXPIRED;
}

/* True when the run is as long as allowed; it then begins anew. */
static bool run_add(uint32_t *run, bool failed, uint32_t allowed)
{
    *run = failed ? *run + 1 : 0;
    if (!allowed || *run < allowed) return false;
    *run = 0;
    return true;
}

enum ejection outlier_answer(const struct outlier_rule *rule, struct outlier_host *host,
                             enum outcome outcome)
{
    host->total++;
    host->ok += outcome == OUTCOME_OK;
    bool gateway =
        run_add(&host->run_gateway, is_gateway_error(outcome), rule->consecutive_gateway);
    bool any = run_add(&host->run_5xx, outcome != OUTCOME_OK, rule->consecutive_5xx);
    return gateway ? EJECTION_GATEWAY : any ? EJECTION_5XX : EJECTION_NONE;
}

bool outlier_may_eject(const struct outlier_rule *rule, uint32_t ejected, uint32_t hosts)
{
    if (ejected == 0 && rule->always_one) return true;
    return (double)(ejected + 1) <= rule->ejected_ratio_max * (double)hosts;
}

void outlier_eject(const struct outlier_rule *rule, struct outlier_host *host, int64_t now_ns)
{
    host->ejected = true;
    host->ejected_ns = now_ns;
    if ((int64_t)host->times * rule->base_ns < rule->most_ns + rule->base_ns) host->times++;
}

int64_t outlier_term_ns(const struct outlier_rule *rule, const struct outlier_host *host)
{
    int64_t term_ns = (int64_t)host->times * rule->base_ns;
    return term_ns < rule->most_ns ? term_ns : rule->most_ns;
}

bool outlier_sweep(const struct outlier_rule *rule, struct outlier_host *host, int64_t now_ns)
{
    if (!host->ejected) {
        if (host->times > 0) host->times--;
        return false;
    }
    if (now_ns - host->ejected_ns < outlier_term_ns(rule, host)) return false;
    host->ejected = false;
    host->run_5xx = host->run_gateway = 0;
    return true;
}

double outlier_success_floor(const struct outlier_rule *rule, const double *rates, uint32_t count)
{
    if (count == 0 || count < rule->success_hosts_min) return -1;
    double mean = 0, variance = 0;
    for (uint32_t i = 0; i < count; i++)
        mean += rates[i] / count;
    for (uint32_t i = 0; i < count; i++)
        variance += (rates[i] - mean) * (rates[i] - mean) / count;
    return mean - rule->success_stdev_factor * sqrt(variance);
}
