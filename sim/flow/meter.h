/* meter.h - what one end of a conversation counts: offered, answered, by outcome, how long.
 *
 * The same for a client and for a service. Counters start again when the warm-up ends; calls that
 * began before are counted in neither. */
#ifndef FLOW_METER_H
#define FLOW_METER_H

#include "orrery/call.h"
#include "orrery/probe.h"

struct meter {
    uint64_t offered;
    uint64_t by_outcome[OUTCOME_COUNT]; /* but for ok: that is latency.count */
    struct histogram latency; /* ns, of calls that ended ok */
    struct histogram failed;  /* ns, of all others that waited for an answer */
    struct histogram last;    /* `latency` as it stood when the window began */
    uint64_t stray_ok, stray_failed; /* ended, but had begun before the figures did: in series only */
    uint64_t last_ok, last_failed;   /* strays among them */
    double window_s[3];       /* p50, p95, p99 of the last window, seconds; NAN when empty */
    double window_rate, window_error_ratio; /* of the last window; NAN when empty */
};

void meter_open(struct meter *m, struct arena *a);
void meter_reset(struct meter *m);

void meter_fail(struct meter *m, enum outcome outcome, int64_t took_ns);

static inline void meter_end(struct meter *m, enum outcome outcome, int64_t took_ns)
{
    if (__builtin_expect(outcome == OUTCOME_OK, 1))
        histogram_record(&m->latency, took_ns);
    else
        meter_fail(m, outcome, took_ns);
}

static inline void meter_stray(struct meter *m, enum outcome outcome)
{
    if (outcome == OUTCOME_OK)
        m->stray_ok++;
    else
        m->stray_failed++;
}

static inline uint64_t meter_count(const struct meter *m, enum outcome outcome)
{
    return outcome == OUTCOME_OK ? m->latency.count : m->by_outcome[outcome];
}

uint64_t meter_failed(const struct meter *m); /* all outcomes but ok */

/* Writes offered (as `offered_name`: "sent", "received"), ok, failed, by_outcome.*, availability,
 * throughput_per_s, latency_ms.*, and failed_latency_ms.* when anything failed. */
void meter_report(const struct meter *m, struct recorder *r, const char *section,
                  const char *object, const char *offered_name, double seconds);
/* The window's series: throughput_per_s, failed_per_s, latency_ms.mean .p50 .p95 .p99. */
void meter_sample(struct meter *m, struct recorder *r, const char *section, const char *object,
                  int64_t now_ns, int64_t window_ns);

#endif
