/* ejection.c - outlier detection at work: counts answers, ejects, sweeps; the kind
 * `outlierDetection`.
 *
 * Each caller judges for itself, as each Envoy does. Its sweeps begin with its first call, and come
 * each `interval` from then on. */
#include "traffic/policy.h"

#include "base/check.h"
#include "orrery/route.h"

#include "base/poison.h"

static void on_sweep(struct world *w, uint32_t route, uint32_t instance);

static const struct event_type outlier_sweep_event = { EVENT("outlier.sweep"),
                                                       .fire = on_sweep,
                                                       .phase = PHASE_CONTROL };

void ejection_prepare(struct world *w, struct policy_shared *shared)
{
    shared->sweep_lane = engine_lane(w->engine, shared->outlier->interval_ns, &outlier_sweep_event);
}

void ejection_begin(const struct policy_site *site, struct world *w)
{
    const struct policy_shared *shared = site->shared;
    engine_lane_push(w->engine, shared->sweep_lane, site->route, site->instance);
}

/* ------------------------------------------------------------------------- in and out */

static const char *group_name(const struct policy_site *site, const struct world *w)
{
    return group_get(w, site->group)->name;
}

static uint32_t slot_of(const struct policy_site *site, const struct world *w, uint32_t backend)
{
    return backend - group_get(w, site->group)->first;
}

void ejection_end(const struct policy_site *site, struct world *w, uint32_t backend,
                  const char *cause)
{
    struct policy_state *s = site->state;
    struct host *h = host_of(site, group_get(w, site->group), backend);
    check(s->ejected > 0 && !h->outlier.ejected);
    s->ejected--;
    route_arrange(w, site->route, site->instance);
    if (w->tracing)
        recorder_trace(w->recorder, now_ns(w), "outlier.return",
                       "%s instance=%u pod=%u cause=%s ejected_ms=%.6f ejected=%u",
                       route_name(w, site->route), site->instance, slot_of(site, w, backend), cause,
                       ns_to_ms(now_ns(w) - h->outlier.ejected_ns), s->ejected);
}

static void note_ejected(const struct policy_site *site, struct world *w, uint32_t slot,
                         const struct outlier_host *h, enum ejection cause)
{
    const struct policy_state *s = site->state;
    const struct policy_shared *shared = site->shared;
    recorder_event(w->recorder, now_ns(w), "outlier.eject", group_name(site, w), 0,
                   "pod %u by %s (caller %u): %s, for %g s, %u of %u ejected", slot,
                   route_name(w, site->route), site->instance, ejection_names[cause],
                   ns_to_s(outlier_term_ns(shared->outlier, h)), s->ejected, site->count);
}

static void eject(const struct policy_site *site, struct world *w, uint32_t backend,
                  enum ejection cause)
{
    struct policy_state *s = site->state;
    struct policy_shared *shared = site->shared;
    struct host *h = host_of(site, group_get(w, site->group), backend);
    uint32_t slot = slot_of(site, w, backend);
    if (h->outlier.ejected) return;
    if (!outlier_may_eject(shared->outlier, s->ejected, site->count)) {
        shared->counts.spared++;
        if (w->tracing)
            recorder_trace(w->recorder, now_ns(w), "outlier.spare",
                           "%s instance=%u pod=%u cause=%s ejected=%u of %u",
                           route_name(w, site->route), site->instance, slot, ejection_names[cause],
                           s->ejected, site->count);
        return;
    }
    outlier_eject(shared->outlier, &h->outlier, now_ns(w));
    s->ejected++;
    shared->counts.ejections[cause]++;
    route_arrange(w, site->route, site->instance);
    note_ejected(site, w, slot, &h->outlier, cause);
}

void ejection_observe(const struct policy_site *site, struct world *w, uint32_t backend,
                      const struct observation *seen)
{
    const struct policy_shared *shared = site->shared;
    struct host *h = host_of(site, group_get(w, site->group), backend);
    if (seen->outcome == OUTCOME_ABANDONED || seen->outcome == OUTCOME_REJECTED) return;
    enum ejection cause = outlier_answer(shared->outlier, &h->outlier, seen->outcome);
    if (cause != EJECTION_NONE) eject(site, w, backend, cause);
}

/* ------------------------------------------------------------------------- the sweep */

static double rate_of(const struct outlier_host *h)
{
    return (double)h->ok / (double)h->total;
}

/* A host's answers of the interval, if it had enough and is there to be judged. */
static bool is_judged(const struct host *h, uint32_t volume_min)
{
    return !h->outlier.ejected && h->outlier.total > 0 && h->outlier.total >= volume_min;
}

static void success_rates_judge(const struct policy_site *site, struct world *w)
{
    const struct policy_shared *shared = site->shared;
    const struct outlier_rule *rule = shared->outlier;
    const struct group *g = group_get(w, site->group);
    double *rates = ((struct policy_state *)site->state)->rates;
    uint32_t count = 0;
    for (uint32_t i = 0; i < site->count; i++) {
        const struct host *h = host_of(site, g, site->backends[i].id);
        if (is_judged(h, rule->success_volume_min)) rates[count++] = rate_of(&h->outlier);
    }
    double floor = outlier_success_floor(rule, rates, count);
    for (uint32_t i = 0; i < site->count; i++) {
        const struct host *h = host_of(site, g, site->backends[i].id);
        if (is_judged(h, rule->success_volume_min) && rate_of(&h->outlier) < floor)
            eject(site, w, site->backends[i].id, EJECTION_SUCCESS_RATE);
    }
}

static void failures_judge(const struct policy_site *site, struct world *w)
{
    const struct policy_shared *shared = site->shared;
    const struct outlier_rule *rule = shared->outlier;
    const struct group *g = group_get(w, site->group);
    uint32_t count = 0;
    for (uint32_t i = 0; i < site->count; i++)
        count += is_judged(host_of(site, g, site->backends[i].id), rule->failure_volume_min);
    if (count < rule->failure_hosts_min) return;
    for (uint32_t i = 0; i < site->count; i++) {
        const struct host *h = host_of(site, g, site->backends[i].id);
        if (is_judged(h, rule->failure_volume_min) &&
            1 - rate_of(&h->outlier) >= rule->failure_ratio)
            eject(site, w, site->backends[i].id, EJECTION_FAILURE_PERCENTAGE);
    }
}

static void on_sweep(struct world *w, uint32_t route, uint32_t instance)
{
    const struct policy_site *site = route_policy(w, route, instance);
    const struct policy_shared *shared = site->shared;
    const struct group *g = group_get(w, site->group);
    engine_lane_push(w->engine, shared->sweep_lane, route, instance);
    for (uint32_t i = 0; i < site->count; i++) {
        uint32_t backend = site->backends[i].id;
        if (outlier_sweep(shared->outlier, &host_of(site, g, backend)->outlier, now_ns(w)))
            ejection_end(site, w, backend, "time");
    }
    if (shared->outlier->success_rate) success_rates_judge(site, w);
    if (shared->outlier->failure_percentage) failures_judge(site, w);
    for (uint32_t i = 0; i < site->count; i++) {
        struct outlier_host *h = &host_of(site, g, site->backends[i].id)->outlier;
        h->ok = h->total = 0;
    }
}

/* ------------------------------------------------------------------------- the kind */

static void outlier_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc, (void)at, (void)path, (void)d;
    struct outlier_rule *rule = spec;
    if (rule->most_ns < rule->base_ns) rule->most_ns = rule->base_ns; /* whichever is greater */
}

static const struct field outlier_fields[] = {
    COUNT(struct outlier_rule, "consecutive5xxErrors", consecutive_5xx, .preset = "5", .min = 0,
          .max = 1000000,
          .doc =
              "Failed calls in a row that eject a backend: errors, time-outs, refusals, resets; 0: "
              "not heeded."),
    COUNT(struct outlier_rule, "consecutiveGatewayErrors", consecutive_gateway, .preset = "0",
          .min = 0, .max = 1000000,
          .doc = "The same of calls that found no working backend (502, 503, 504), errors of the "
                 "application apart; 0: not heeded."),
    DURATION(struct outlier_rule, "interval", interval_ns, .preset = "10s", .min = 1e6,
             .max = 86400e9,
             .doc = "Time between sweeps, which judge rates and end ejections whose time is over."),
    DURATION(struct outlier_rule, "baseEjectionTime", base_ns, .preset = "30s", .min = 1e6,
             .max = 86400e9,
             .doc =
                 "How long the first ejection lasts; the next lasts twice that, and so on. A sweep "
                 "that finds the backend in use takes one off."),
    DURATION(struct outlier_rule, "maxEjectionTime", most_ns, .preset = "300s", .min = 1e6,
             .max = 864000e9, .doc = "The longest ejection; baseEjectionTime when that is more."),
    RATIO(struct outlier_rule, "maxEjectionPercent", ejected_ratio_max, .preset = "10%", .min = 0,
          .max = 1, .doc = "The share of backends that may be ejected at once."),
    BOOL(struct outlier_rule, "alwaysEjectOneHost", always_one, .preset = "true",
         .doc = "Whether one backend may be ejected even where that is a greater share."),
    BOOL(struct outlier_rule, "successRate", success_rate, .preset = "true",
         .doc = "Whether a sweep ejects those whose success rate falls behind the others'."),
    COUNT(struct outlier_rule, "successRateMinimumHosts", success_hosts_min, .preset = "5",
          .min = 1, .max = 1000000,
          .doc = "Backends that must have had enough answers for rates to be compared."),
    COUNT(struct outlier_rule, "successRateRequestVolume", success_volume_min, .preset = "100",
          .min = 1, .max = 1000000000, .doc = "Answers in an interval that are enough."),
    NUMBER(struct outlier_rule, "successRateStdevFactor", success_stdev_factor, .preset = "1.9",
           .min = 0, .max = 1000,
           .doc = "So many standard deviations below the mean is behind. Envoy says it in "
                  "thousandths: 1900."),
    BOOL(struct outlier_rule, "failurePercentage", failure_percentage, .preset = "false",
         .doc = "Whether a sweep ejects those of whose calls a given share failed."),
    RATIO(struct outlier_rule, "failurePercentageThreshold", failure_ratio, .preset = "85%",
          .min = 0, .max = 1, .doc = "That share."),
    COUNT(struct outlier_rule, "failurePercentageMinimumHosts", failure_hosts_min, .preset = "5",
          .min = 1, .max = 1000000,
          .doc = "Backends that must have had enough answers for that to be judged."),
    COUNT(struct outlier_rule, "failurePercentageRequestVolume", failure_volume_min, .preset = "50",
          .min = 1, .max = 1000000000, .doc = "Answers in an interval that are enough for it."),
    FIELDS_END
};

const struct kind traffic_outlier_detection = {
    .name = "outlierDetection",
    .role = "outlierDetection",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "Passive health checks: each caller ejects a backend for a while that fails too many calls "
        "in a row or does worse than the others.",
    .source = "Envoy cluster.v3.OutlierDetection, its defaults, by the names that Istio's "
              "DestinationRule has for them",
    .example = "outlierDetection = { consecutive5xxErrors = 5, baseEjectionTime = \"30s\" }",
    .spec_size = sizeof(struct outlier_rule),
    .fields = outlier_fields,
    .check = outlier_check,
};
