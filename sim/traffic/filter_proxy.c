/* filter_proxy.c - a mesh's proxies: the time they add to a call, and what they use.
 *
 * A call waits here once, before it goes on, for what the proxies add there and back. CPU and
 * memory are per request, as the benchmarks give them for 1000 a second; they are paid where
 * `price` says so and take nothing from the pods. */
#include "infra/infra.h"
#include "orrery/dist.h"
#include "orrery/filter.h"
#include "orrery/mesh.h"
#include "orrery/rng.h"
#include "orrery/route.h"

#include "base/arena.h"

#include "base/poison.h"

#define PROXY_PURPOSE UINT64_C(0x70726f7879000000) /* keeps these draws apart from others */
#define PROXIES_A_HOP 2

struct proxy_spec {
    struct part latency;
    double cpu;     /* cores at 1000 requests a second */
    int64_t memory; /* bytes, the same */
};

struct proxy_shared {
    uint32_t proxies;
    uint64_t calls; /* since the figures began */
    int64_t began_ns;
    const struct proxy_spec *spec;
};

static void on_through(struct world *w, uint32_t id, uint32_t generation)
{
    (void)generation;
    call_resume(w, id, (uint8_t)(call_get(w, id)->stage + 1));
}

static const struct event_type proxy_through = { EVENT("proxy.through"), on_through, call_live,
                                                 PHASE_WORK };

static void *proxy_prepare(const void *spec, struct world *w, uint32_t route, uint8_t index)
{
    (void)index;
    struct proxy_shared *shared = arena_alloc(w->arena, sizeof *shared);
    uint32_t proxies = route_proxies(w, route);
    shared->proxies = proxies ? proxies : route_from_pod(w, route) ? PROXIES_A_HOP : 1;
    shared->spec = spec;
    return shared;
}

/* The latency is that of a whole hop; one proxy adds half. */
static int64_t proxy_delay(const struct proxy_spec *s, uint32_t proxies, const struct world *w,
                           uint32_t id)
{
    const struct call *c = call_get(w, id);
    uint64_t key = key_child(c->key ^ PROXY_PURPOSE, c->route);
    struct rng r = rng_keyed(key_child(key, attempt_number(c, call_side(w, id))));
    return dist_draw_ns(&s->latency, &r) * proxies / PROXIES_A_HOP;
}

static enum verdict proxy_on_call(const struct filter_site *site, struct world *w, uint32_t id,
                                  enum outcome *outcome)
{
    (void)outcome;
    struct proxy_shared *shared = site->shared;
    shared->calls++;
    int64_t delay_ns = proxy_delay(site->spec, shared->proxies, w, id);
    if (delay_ns == 0) return FILTER_PASS;
    engine_at(w->engine, now_ns(w) + delay_ns, &proxy_through, id, call_get(w, id)->generation);
    return FILTER_WAIT;
}

static void proxy_reset(void *shared, const struct world *w)
{
    struct proxy_shared *counts = shared;
    counts->calls = 0;
    counts->began_ns = now_ns(w);
}

/* 0.2 cores at 1000 requests a second are 0.2 ms of a core a request. */
static void proxy_report(const void *shared, struct world *w, const char *object)
{
    const struct proxy_shared *counts = shared;
    const struct proxy_spec *s = counts->spec;
    double passes = (double)counts->calls * counts->proxies;
    double core_s = passes * s->cpu / 1000, byte_s = passes * (double)s->memory / 1000;
    double span_s = ns_to_s(now_ns(w) - counts->began_ns);
    infra_charge(w, "mesh", core_s * 1e9, byte_s * 1e9);
    if (span_s <= 0) return;
    recorder_value(w->recorder, "mesh", object, "calls", "1", (double)counts->calls);
    recorder_value(w->recorder, "mesh", object, "proxies", "1", counts->proxies);
    recorder_value(w->recorder, "mesh", object, "cpu_cores", "cores", core_s / span_s);
    recorder_value(w->recorder, "mesh", object, "memory_mb", "MB", byte_s / span_s / 1e6);
}

static const struct filter_type proxy_type = {
    .prepare = proxy_prepare,
    .on_call = proxy_on_call,
    .reset = proxy_reset,
    .report = proxy_report,
};

#define PROXY_FIELDS(latency_preset, cpu_preset, memory_preset)                                    \
    PART(struct proxy_spec, "latency", latency, "dist", .unit = UNIT_DURATION,                     \
         .preset = latency_preset, .position = 1,                                                  \
         .doc =                                                                                    \
             "What the proxies at both ends add to a call, there and back, as a duration; where "  \
             "one end has a proxy, half."),                                                        \
        CPU(struct proxy_spec, "cpu", cpu, .preset = cpu_preset, .min = 0, .max = 1024,            \
            .doc = "Cores that one proxy uses at 1000 requests a second; mutual TLS included."),   \
        BYTES(struct proxy_spec, "memory", memory, .preset = memory_preset, .min = 0, .max = 1e15, \
              .doc = "Memory that one proxy uses at 1000 requests a second."),                     \
        FIELDS_END

static const struct field sidecar_fields[] = { PROXY_FIELDS(
    "{\"kind\": \"lognormal\", \"p50\": \"0.964ms\", \"p99\": \"2.7ms\"}", "0.2", "60M") };

const struct kind filter_sidecar = {
    .name = "sidecar",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "A proxy beside each pod, as Istio has them. The latency's law is lognormal through the "
           "two "
           "figures there are: 1.7 ms at 90 %, 2.7 ms at 99 %.",
    .source =
        "Istio 1.24, Performance and scalability: 0.20 vCPU and 60 MB at 1000 requests of 1 KB "
        "a second; Istio 1.12: both proxies add 1.7 ms to the 90th and 2.7 ms to the 99th "
        "percentile",
    .example = "mesh { proxy = sidecar { latency = \"1ms\" } }",
    .spec_size = sizeof(struct proxy_spec),
    .fields = sidecar_fields,
    .vtable = &proxy_type,
};

static const struct field ztunnel_fields[] = { PROXY_FIELDS("0s", "0.06", "12M") };

const struct kind filter_ztunnel = {
    .name = "ztunnel",
    .role = "filter",
    .form = KIND_PART,
    .room = "traffic",
    .doc =
        "A proxy on each node for all its pods, as Istio's ambient mode has it. What it adds to a "
        "call is yours to say: nothing unless said.",
    .source =
        "Istio 1.24, Performance and scalability: 0.06 vCPU and 12 MB at 1000 requests of 1 KB "
        "a second",
    .example = "mesh { proxy = ztunnel { latency = \"0.2ms\" } }",
    .spec_size = sizeof(struct proxy_spec),
    .fields = ztunnel_fields,
    .vtable = &proxy_type,
};
