/* rules_policies.c - the rules by which backends are ejected, checked, and kept near, asked by
 * vectors. */
#include "conformance.h"

#include "traffic/edf.h"
#include "traffic/ewma.h"
#include "traffic/health.h"
#include "traffic/locality.h"
#include "traffic/outlier.h"

#include <string.h>

#define SERIES_MAX 1000
#define ZONES_ASKED_MAX 16

/* ------------------------------------------------------------------------- outlier detection */

static struct outlier_rule ask_rule(struct question *q)
{
    return (struct outlier_rule){
        .consecutive_5xx = ask_count(q, q->input, "consecutive5xx", 0, 1000000),
        .consecutive_gateway = ask_count(q, q->input, "consecutiveGateway", 0, 1000000),
    };
}

/* Outcomes in order: for each, why the host is ejected after it, "" when it is not. */
static struct value *outlier_answers(struct question *q)
{
    struct outlier_rule rule = ask_rule(q);
    struct outlier_host host = { 0 };
    struct value *list = tell_list(q);
    for (const struct value *v = ask_list(q, q->input, "outcomes")->list_first; v; v = v->next) {
        uint32_t outcome = 0;
        while (outcome < OUTCOME_COUNT &&
               (v->type != VALUE_TEXT || strcmp(outcome_names[outcome], v->text) != 0))
            outcome++;
        if (outcome == OUTCOME_COUNT) {
            q->problem = "input: outcomes holds what is none";
            return NULL;
        }
        enum ejection cause = outlier_answer(&rule, &host, (enum outcome)outcome);
        value_append(list, tell_text(q, ejection_names[cause]));
    }
    return list;
}

static struct value *outlier_may(struct question *q)
{
    struct outlier_rule rule = { .ejected_ratio_max = ask_number(q, q->input, "maxPercent") / 100,
                                 .always_one = ask_bool(q, q->input, "alwaysOne") };
    return tell_bool(q, outlier_may_eject(&rule, ask_count(q, q->input, "ejected", 0, 1000000),
                                          ask_count(q, q->input, "hosts", 1, 1000000)));
}

/* Ejected again as soon as it is back, so many times; sweeps each interval from 0 on: the times of
 * its returns. */
static struct value *outlier_returns(struct question *q)
{
    struct outlier_rule rule = { .interval_ns = ask_ns(q, q->input, "interval_ms"),
                                 .base_ns = ask_ns(q, q->input, "base_ms"),
                                 .most_ns = ask_ns(q, q->input, "max_ms") };
    struct outlier_host host = { 0 };
    uint32_t times = ask_count(q, q->input, "ejections", 1, SERIES_MAX);
    struct value *list = tell_list(q);
    if (q->problem || rule.interval_ns <= 0) return list;
    int64_t now = ask_ns(q, q->input, "first_ms");
    for (uint32_t i = 0; i < times; i++) {
        outlier_eject(&rule, &host, now);
        do
            now = (now / rule.interval_ns + 1) * rule.interval_ns;
        while (!outlier_sweep(&rule, &host, now));
        value_append(list, tell_number(q, (double)now / 1e6));
    }
    return list;
}

static struct value *outlier_floor(struct question *q)
{
    struct outlier_rule rule = { .success_hosts_min =
                                     ask_count(q, q->input, "minimumHosts", 1, 1000),
                                 .success_stdev_factor = ask_number(q, q->input, "stdevFactor") };
    double rates[SERIES_MAX];
    uint32_t count = 0;
    for (const struct value *v = ask_list(q, q->input, "rates")->list_first;
         v && count < SERIES_MAX; v = v->next)
        rates[count++] = v->number;
    return tell_number(q, outlier_success_floor(&rule, rates, count));
}

/* ------------------------------------------------------------------------- health checks */

/* Whether the host is used after each probe. */
static struct value *health_checks(struct question *q)
{
    struct health_rule rule = {
        .healthy_threshold = ask_count(q, q->input, "healthyThreshold", 1, 1000),
        .unhealthy_threshold = ask_count(q, q->input, "unhealthyThreshold", 1, 1000),
    };
    struct health_host host = { 0 };
    struct value *list = tell_list(q);
    for (const struct value *v = ask_list(q, q->input, "passed")->list_first; v; v = v->next) {
        health_result(&rule, &host, v->type == VALUE_BOOL && v->boolean);
        value_append(list, tell_bool(q, !health_unhealthy(&host)));
    }
    return list;
}

/* ------------------------------------------------------------------------- zones */

static uint32_t ask_counts(struct question *q, const char *key, uint32_t *counts)
{
    uint32_t n = 0;
    for (const struct value *v = ask_list(q, q->input, key)->list_first; v && n < ZONES_ASKED_MAX;
         v = v->next)
        counts[n++] = (uint32_t)v->number;
    return n;
}

/* The share of each zone, or an empty list where zones are not told apart. */
static struct value *zone_aware(struct question *q)
{
    uint32_t callers[ZONES_ASKED_MAX], healthy[ZONES_ASKED_MAX];
    double shares[ZONES_ASKED_MAX];
    struct value *list = tell_list(q);
    uint32_t count = ask_counts(q, "callers", callers);
    if (count != ask_counts(q, "healthy", healthy)) q->problem = "input: as many zones in both";
    if (q->problem) return list;
    struct locality_view view = { .here = (uint8_t)ask_count(q, q->input, "here", 0, count - 1),
                                  .zone_count = count,
                                  .healthy = healthy,
                                  .total = healthy,
                                  .callers = callers };
    uint32_t least = ask_count(q, q->input, "minClusterSize", 1, 1000000);
    double ratio = ask_number(q, q->input, "routingPercent") / 100;
    bool routed = zone_aware_share(least, ratio, &view, shares);
    for (uint32_t i = 0; routed && i < count; i++)
        value_append(list, tell_number(q, shares[i]));
    return list;
}

/* ------------------------------------------------------------------------- turns and latency */

static struct value *edf_order(struct question *q)
{
    double weights[SERIES_MAX];
    uint32_t n = 0;
    struct value *list = tell_list(q);
    for (const struct value *v = ask_list(q, q->input, "weights")->list_first; v && n < SERIES_MAX;
         v = v->next)
        weights[n++] = v->number;
    uint32_t picks = ask_count(q, q->input, "picks", 1, SERIES_MAX);
    struct edf *e = arena_alloc(q->arena, sizeof *e + n * sizeof(struct edf_entry));
    edf_clear(e);
    for (uint32_t i = 0; i < n; i++)
        edf_add(e, i, weights[i]);
    for (uint32_t i = 0; n > 0 && i < picks; i++) {
        uint32_t next = edf_next(e);
        value_append(list, tell_number(q, next));
        edf_again(e, weights[next]);
    }
    return list;
}

static struct value *peak_ewma(struct question *q)
{
    double after = ewma_peak(ask_number(q, q->input, "average_ms") * 1e6,
                             ask_number(q, q->input, "rtt_ms") * 1e6,
                             ask_ns(q, q->input, "elapsed_ms"), ask_ns(q, q->input, "decay_ms"));
    return tell_number(q, after / 1e6);
}

const struct rule rules_policies[] = {
    { "outlierAnswers", outlier_answers },
    { "outlierMayEject", outlier_may },
    { "outlierReturns", outlier_returns },
    { "outlierSuccessFloor", outlier_floor },
    { "healthChecks", health_checks },
    { "zoneAware", zone_aware },
    { "edfOrder", edf_order },
    { "peakEwma", peak_ewma },
    { NULL, NULL },
};
