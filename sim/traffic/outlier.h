/* outlier.h - Envoy's rules of outlier detection: whom to eject, for how long, and how many.
 *
 * Pure: what is known of one host, or of all of them, and the time. Whole numbers as Envoy's: times
 * an ejection has been lengthened, percentages. */
#ifndef TRAFFIC_OUTLIER_H
#define TRAFFIC_OUTLIER_H

#include "orrery/call.h"

enum ejection {
    EJECTION_NONE,
    EJECTION_5XX,
    EJECTION_GATEWAY,
    EJECTION_SUCCESS_RATE,
    EJECTION_FAILURE_PERCENTAGE,
    EJECTION_COUNT
};
extern const char *const ejection_names[EJECTION_COUNT]; /* "", "consecutive5xx", ... */

struct outlier_rule {
    uint32_t consecutive_5xx, consecutive_gateway; /* 0: not heeded */
    int64_t interval_ns, base_ns, most_ns;
    double ejected_ratio_max;
    bool always_one;
    bool success_rate; /* whether it is heeded */
    uint32_t success_hosts_min, success_volume_min;
    double success_stdev_factor;
    bool failure_percentage;
    double failure_ratio;
    uint32_t failure_hosts_min, failure_volume_min;
};

struct outlier_host {
    int64_t ejected_ns;            /* when it was */
    uint32_t run_5xx, run_gateway; /* failures in a row */
    uint32_t ok, total;            /* answers in the interval */
    uint32_t times; /* ejected so often lately: as many base times an ejection lasts */
    bool ejected;
};

/* One more answer. Not EJECTION_NONE: that many in a row are now too many. */
enum ejection outlier_answer(const struct outlier_rule *rule, struct outlier_host *host,
                             enum outcome outcome);
/* Whether one more of `hosts` may be ejected, while so many are. */
bool outlier_may_eject(const struct outlier_rule *rule, uint32_t ejected, uint32_t hosts);
void outlier_eject(const struct outlier_rule *rule, struct outlier_host *host, int64_t now_ns);
/* How long the present ejection lasts at least: it ends at the first sweep after that. */
int64_t outlier_term_ns(const struct outlier_rule *rule, const struct outlier_host *host);
/* A sweep finds the host: true when its ejection is over, which this ends. A host that was not
 * ejected is forgiven one time. */
bool outlier_sweep(const struct outlier_rule *rule, struct outlier_host *host, int64_t now_ns);

/* Hosts with a lower success rate (0..1) than this are ejected: the mean less so many standard
 * deviations. Below 0 when fewer hosts than needed had enough answers. `rates` are those that had.
 */
double outlier_success_floor(const struct outlier_rule *rule, const double *rates, uint32_t count);

#endif
