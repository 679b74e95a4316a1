/* sample.h - a store with one experiment as a real run would leave it, made without a world. */
#ifndef TESTS_REPORT_SAMPLE_H
#define TESTS_REPORT_SAMPLE_H

#include "base/arena.h"
#include "engine/recorder.h"
#include "orrery/time.h"
#include "store/store.h"
#include "store/writer.h"

#include <stdio.h>

static void sample_client(struct recorder *r, struct arena *a, const char *name, double slow)
{
    struct histogram h;
    histogram_open(&h, a);
    for (int64_t i = 1; i <= 1000; i++)
        histogram_record(&h, (int64_t)(slow * (double)(i * NS_PER_MS) / 10));
    recorder_value(r, "clients", name, "sent", "1", 1234567);
    recorder_value(r, "clients", name, "ok", "1", 1234500);
    recorder_value(r, "clients", name, "failed", "1", 67);
    recorder_value(r, "clients", name, "by_outcome.refused", "1", 7);
    recorder_value(r, "clients", name, "by_outcome.timeout", "1", 60);
    recorder_value(r, "clients", name, "throughput_per_s", "1/s", 685.8333 * slow);
    recorder_value(r, "clients", name, "availability", "1", 1234500.0 / 1234567);
    recorder_histogram(r, "clients", name, "latency_ms", &h);
    for (int64_t i = 1; i <= 30; i++) {
        double peak = i > 14 && i < 20 ? 8 : 1;
        recorder_sample(r, "clients", name, "throughput_per_s", "1/s", i * NS_PER_MIN, 680 + slow);
        recorder_sample(r, "clients", name, "failed_per_s", "1/s", i * NS_PER_MIN, peak - 1);
        recorder_sample(r, "clients", name, "latency_ms.p50", "ms", i * NS_PER_MIN, 5 * slow);
        recorder_sample(r, "clients", name, "latency_ms.p95", "ms", i * NS_PER_MIN,
                        9 * slow * peak);
        recorder_sample(r, "clients", name, "latency_ms.p99", "ms", i * NS_PER_MIN,
                        20 * slow * peak);
    }
}

static void sample_service(struct recorder *r, const char *name, double busy)
{
    recorder_value(r, "services", name, "received", "1", 1234560);
    recorder_value(r, "services", name, "ok", "1", 1234500);
    recorder_value(r, "services", name, "failed", "1", 0);
    recorder_value(r, "services", name, "utilization", "1", busy);
    recorder_value(r, "services", name, "queue_mean", "1", 0.02);
    recorder_value(r, "services", name, "replicas.min", "1", 3);
    recorder_value(r, "services", name, "replicas.mean", "1", 3.25);
    recorder_value(r, "services", name, "replicas.max", "1", 4);
    recorder_value(r, "services", name, "restarts", "1", 1);
    for (int64_t i = 1; i <= 30; i++) {
        int64_t at = i * NS_PER_MIN;
        double load = i > 14 && i < 20 ? 1 : 0.8;
        recorder_sample(r, "services", name, "utilization", "1", at, busy * load);
        recorder_sample(r, "services", name, "queue", "1", at, load == 1 ? 40 * busy : 1);
        recorder_sample(r, "services", name, "in_flight", "1", at, 50 * busy * load);
        recorder_sample(r, "services", name, "replicas", "1", at, i > 16 ? 4 : 3);
    }
}

static struct recorder *sample_rows(struct arena *a, double slow)
{
    struct recorder *r = recorder_open(a, NULL);
    sample_client(r, a, "shoppers", slow);
    sample_client(r, a, "visitors", 2 * slow);
    sample_service(r, "cart", 0.62);
    sample_service(r, "redis", 0.31);
    recorder_value(r, "queues", "orders", "depth_max", "1", 12);
    recorder_value(r, "cost", "", "total", "USD", 1.25);
    recorder_value(r, "cost", "", "by_pool.workers", "USD", 1.2);
    recorder_value(r, "cost", "", "by_pool.spot", "USD", 0.05);
    uint32_t fault = recorder_event(r, 14 * NS_PER_MIN, "fault.begin", "eu-1a", 0, "zone outage");
    recorder_event(r, 14 * NS_PER_MIN, "pod.gone", "cart-0", fault, "its node is gone");
    recorder_event(r, 16 * NS_PER_MIN, "pod.ready", "cart-3", 0, "ready after 12s");
    recorder_event(r, 20 * NS_PER_MIN, "fault.end", "eu-1a", fault, "zone back");
    return r;
}

/* replications of the same scenario, a little slower each; one expectation holds, one does not. */
static inline void sample_fill(struct arena *a, struct store *s, uint32_t replications)
{
    struct experiment_row e = { .scenario = "shop.lua",
                                .title = "A shop and its zone outage",
                                .currency = "USD",
                                .seed = 7,
                                .replications = replications,
                                .duration_ns = 30 * NS_PER_MIN };
    uint32_t id = store_experiment(s, &e);
    for (uint32_t i = 1; i <= replications; i++) {
        struct run_row run = { .experiment = id,
                               .replication = i,
                               .digest = i,
                               .events = 4321000,
                               .simulated_ns = 30 * NS_PER_MIN };
        store_run(s, &run, sample_rows(a, 1 + 0.1 * (i - 1)));
    }
    struct expectation_row x = { .name = "availability shoppers",
                                 .unit = "1",
                                 .pass = true,
                                 .observed = true,
                                 .value = 0.99995,
                                 .observed_text = "99.99457%",
                                 .target = "above 99.9%",
                                 .n = 1,
                                 .file = "shop.lua",
                                 .line = 21 };
    store_expectation(s, id, 1, &x);
    x = (struct expectation_row){ .name = "p99 shoppers",
                                  .unit = "ms",
                                  .observed = true,
                                  .value = 99.2,
                                  .observed_text = "99.2ms",
                                  .n = 1,
                                  .target = "below 50ms",
                                  .file = "shop.lua",
                                  .line = 22 };
    store_expectation(s, id, 2, &x);
    store_finding(s, id, 1, "warm-up: 120s, chosen by MSER-5 on latency_ms.p50 of client shoppers");
    store_experiment_end(s, id, replications, 0x0123456789abcdef, 2 * NS_PER_MIN);
    store_provenance(s, id, "version", "0.1.0");
    store_provenance(s, id, "wall_s", "1.52");
    store_provenance(s, id, "events_per_s", "2842763");
    store_provenance(s, id, "threads", "2");
}

#endif
