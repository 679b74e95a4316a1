/* meter.c - turns counts and histograms into figures and series.
 *
 * A window's quantiles are those of the difference between two states of one histogram, so a
 * call is recorded once however often it is reported. */
#include "flow/meter.h"

#include "base/arena.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void meter_open(struct meter *m, struct arena *a)
{
    histogram_open_lazily(&m->latency, a);
    histogram_open_lazily(&m->failed, a);
    histogram_open_lazily(&m->last, a);
    m->window_s[0] = m->window_s[1] = m->window_s[2] = NAN;
    m->window_rate = m->window_error_ratio = NAN;
}

void meter_reset(struct meter *m)
{
    m->offered = m->stray_ok = m->stray_failed = m->last_ok = m->last_failed = 0;
    memset(m->by_outcome, 0, sizeof m->by_outcome);
    histogram_reset(&m->latency);
    histogram_reset(&m->failed);
    histogram_reset(&m->last);
}

void meter_fail(struct meter *m, enum outcome outcome, int64_t took_ns)
{
    m->by_outcome[outcome]++;
    histogram_record(&m->failed, took_ns);
}

uint64_t meter_failed(const struct meter *m)
{
    uint64_t failed = 0;
    for (uint32_t i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++)
        failed += m->by_outcome[i];
    return failed;
}

void meter_report(const struct meter *m, struct recorder *r, const char *section,
                  const char *object, const char *offered_name, double seconds)
{
    uint64_t ok = m->latency.count, failed = meter_failed(m);
    recorder_value(r, section, object, offered_name, "1", (double)m->offered);
    recorder_value(r, section, object, "ok", "1", (double)ok);
    recorder_value(r, section, object, "failed", "1", (double)failed);
    for (uint32_t i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
        char metric[64];
        snprintf(metric, sizeof metric, "by_outcome.%s", outcome_names[i]);
        if (m->by_outcome[i])
            recorder_value(r, section, object, metric, "1", (double)m->by_outcome[i]);
    }
    if (seconds > 0)
        recorder_value(r, section, object, "throughput_per_s", "1/s", (double)ok / seconds);
    if (ok + failed > 0)
        recorder_value(r, section, object, "availability", "1", (double)ok / (double)(ok + failed));
    if (ok > 0) recorder_histogram(r, section, object, "latency_ms", &m->latency);
    if (m->failed.count > 0)
        recorder_histogram(r, section, object, "failed_latency_ms", &m->failed);
}

#define BLOCK 16 /* buckets that are summed in one go: most hold no quantile */

/* Brings `before` up to `now` over a block of buckets; returns what was gained, bucket by bucket
 * and in all. */
static uint64_t block_gain(const uint64_t *now, uint64_t *before, uint64_t *gained)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < BLOCK; i++) {
        gained[i] = now[i] - before[i];
        before[i] = now[i];
        sum += gained[i];
    }
    return sum;
}

/* Quantiles of what `now` gained over `before`, then before := now. Touches only used buckets, and
 * at most a block more. */
static void window_quantiles(const struct histogram *now, struct histogram *before, const double *q,
                             double *out, uint32_t count)
{
    uint64_t total = now->count - before->count, seen = 0, gained[BLOCK];
    uint32_t next = 0;
    if (total == 0) return;
    histogram_reserve(before);
    _Static_assert(HISTOGRAM_BUCKETS % BLOCK == 0, "the last block is whole");
    for (uint32_t b = now->bucket_low / BLOCK * BLOCK; b <= now->bucket_high; b += BLOCK) {
        uint64_t sum = block_gain(&now->buckets[b], &before->buckets[b], gained);
        if (next == count || (double)(seen + sum) < q[next] * (double)total) {
            seen += sum;
            continue;
        }
        for (uint32_t i = 0; i < BLOCK; i++) {
            seen += gained[i];
            while (next < count && gained[i] > 0 && (double)seen >= q[next] * (double)total)
                out[next++] = (double)histogram_bucket_low(b + i);
        }
    }
    before->count = now->count;
    before->bucket_low = now->bucket_low;
    before->bucket_high = now->bucket_high;
}

void meter_sample(struct meter *m, struct recorder *r, const char *section, const char *object,
                  int64_t now_ns, int64_t window_ns)
{
    static const double q[] = { 0.5, 0.95, 0.99 };
    static const char *const names[] = { "latency_ms.p50", "latency_ms.p95", "latency_ms.p99" };
    double at[3] = { 0 }, seconds = ns_to_s(window_ns);
    uint64_t ok = m->latency.count + m->stray_ok, failed = meter_failed(m) + m->stray_failed;
    uint64_t count = m->latency.count - m->last.count;
    bool any = count > 0;
    double mean_ns = any ? (m->latency.sum - m->last.sum) / (double)count : 0;
    m->last.sum = m->latency.sum;
    if (seconds > 0) {
        recorder_sample(r, section, object, "throughput_per_s", "1/s", now_ns,
                        (double)(ok - m->last_ok) / seconds);
        recorder_sample(r, section, object, "failed_per_s", "1/s", now_ns,
                        (double)(failed - m->last_failed) / seconds);
    }
    window_quantiles(&m->latency, &m->last, q, at, 3);
    for (uint32_t i = 0; i < 3; i++)
        m->window_s[i] = any ? at[i] / 1e9 : NAN;
    uint64_t ended = ok - m->last_ok + failed - m->last_failed;
    m->window_rate = seconds > 0 ? (double)(ok - m->last_ok) / seconds : NAN;
    m->window_error_ratio = ended ? (double)(failed - m->last_failed) / (double)ended : NAN;
    if (any) recorder_sample(r, section, object, "latency_ms.mean", "ms", now_ns, mean_ns / 1e6);
    for (uint32_t i = 0; any && i < 3; i++)
        recorder_sample(r, section, object, names[i], "ms", now_ns, at[i] / 1e6);
    m->last_ok = ok;
    m->last_failed = failed;
}
