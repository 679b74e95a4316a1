/* health.h - active health checks: when probes that pass or fail change what is thought of a host.
 */
#ifndef TRAFFIC_HEALTH_H
#define TRAFFIC_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct health_rule {
    const char *endpoint; /* of the called service */
    int64_t interval_ns, timeout_ns;
    uint32_t healthy_threshold, unhealthy_threshold;
};

struct health_host {
    uint32_t run; /* probes in a row that speak against what is thought of it */
    bool checked; /* a probe has come back: until then it is not used */
    bool failing;
    bool asked; /* a probe is under way */
};

/* One more probe has passed or failed. True when that changes what is thought of the host. */
bool health_result(const struct health_rule *rule, struct health_host *host, bool passed);

static inline bool health_unhealthy(const struct health_host *host)
{
    return !host->checked || host->failing;
}

#endif
