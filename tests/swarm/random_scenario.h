/* random_scenario.h - small random clouds: services, callers, faults and releases of every sort.
 *
 * A scenario is a pure function of its number. Services call only later ones, so there are no
 * cycles; what cannot stand together (a queue's fields where calls share) is left out, so that
 * nearly all are accepted. */
#ifndef SWARM_RANDOM_SCENARIO_H
#define SWARM_RANDOM_SCENARIO_H

#include "base/text.h"
#include "orrery/rng.h"

#define SERVICES_MOST 5

struct swarm {
    struct rng r;
    struct text *out;
    uint32_t services;
    bool nodes, zones, registries;
};

static inline uint32_t pick(struct swarm *s, uint32_t n)
{
    return rng_below(&s->r, n);
}

static inline bool chance(struct swarm *s, uint32_t percent)
{
    return pick(s, 100) < percent;
}

static inline void add_time(struct swarm *s, uint32_t mean_ms)
{
    static const char *const dists[] = { "exponential", "constant" };
    if (chance(s, 70))
        text_format(s->out, "{\"kind\": \"%s\", \"%s\": \"%u.%ums\"}", dists[0], "mean",
                    pick(s, mean_ms), 1 + pick(s, 9));
    else
        text_format(s->out, "\"%ums\"", 1 + pick(s, 2 * mean_ms));
}

/* A budget for retries and hedges, of every sort. */
static inline void add_budget(struct swarm *s)
{
    static const char *const budgets[] = { "\"10%\"", "{\"kind\": \"retryBudget\"}",
                                           "{\"kind\": \"concurrencyBudget\"}",
                                           "{\"kind\": \"retryThrottling\"}",
                                           "{\"kind\": \"retryQuota\", \"capacity\": 20}" };
    if (chance(s, 50)) text_format(s->out, ", \"budget\": %s", budgets[pick(s, 5)]);
}

static inline void add_hedge(struct swarm *s)
{
    if (chance(s, 30)) {
        text_format(s->out, "{\"kind\": \"tied\", \"attempts\": %u, \"delay\": \"%ums\"}",
                    2 + pick(s, 2), pick(s, 3));
        return;
    }
    text_format(s->out, "{\"kind\": \"hedge\", \"maxAttempts\": %u", 1 + pick(s, 4));
    if (chance(s, 70))
        text_format(s->out, ", \"delay\": \"%ums\"", pick(s, 20));
    else
        text_add(s->out, ", \"quantile\": 0.6, \"minimumCalls\": 10");
    if (chance(s, 60)) text_add(s->out, ", \"nonFatal\": [\"error\", \"timeout\"]");
    add_budget(s);
    text_add(s->out, "}");
}

/* Up to six, with a hedge where no retry may stand beside it. */
static inline void add_filters(struct swarm *s, bool retries)
{
    uint32_t count = 0;
    text_add(s->out, ", \"filters\": [");
    if (chance(s, 40)) text_format(s->out, "%s\"%ums\"", count++ ? ", " : "", 5 + pick(s, 300));
    if (chance(s, 30)) text_format(s->out, "%s{\"kind\": \"collapse\"}", count++ ? ", " : "");
    if (!retries && chance(s, 60)) {
        if (count++) text_add(s->out, ", ");
        add_hedge(s);
    }
    if (chance(s, 30))
        text_format(s->out, "%s{\"kind\": \"thresholds\", \"maxConnections\": %u, \"upstream\": "
                            "\"http1\", \"maxRetries\": %u}",
                    count++ ? ", " : "", 1 + pick(s, 5), pick(s, 4));
    if (chance(s, 20))
        text_format(s->out, "%s{\"kind\": \"sidecar\"}", count++ ? ", " : "");
    if (chance(s, 20))
        text_format(s->out, "%s{\"kind\": \"bulkhead\", \"maxConcurrentCalls\": %u, "
                            "\"maxWaitDuration\": \"%ums\"}",
                    count++ ? ", " : "", 1 + pick(s, 9), pick(s, 20));
    static const char *const others[] = {
        "{\"kind\": \"breaker\", \"slidingWindowSize\": 10, \"minimumNumberOfCalls\": 4, "
        "\"waitDurationInOpenState\": \"90ms\", \"permittedNumberOfCallsInHalfOpenState\": 2}",
        "{\"kind\": \"hystrix\", \"requestVolumeThreshold\": 5}",
        "{\"kind\": \"rateLimit\", \"rate\": \"40/s\", \"burst\": 3, \"maxWait\": \"30ms\"}",
        "{\"kind\": \"rateLimit\", \"rate\": \"60/s\", \"algorithm\": \"leakyBucket\", \"burst\": 4}",
        "{\"kind\": \"rateLimit\", \"rate\": \"70/s\", \"algorithm\": \"slidingWindow\", "
        "\"scope\": \"route\"}",
        "{\"kind\": \"throttle\", \"window\": \"1s\"}",
        "{\"kind\": \"vegasLimit\"}",
        "{\"kind\": \"gradientLimit\"}",
        "{\"kind\": \"fallback\", \"delay\": \"2ms\"}"
    };
    if (chance(s, 40)) text_format(s->out, "%s%s", count++ ? ", " : "", others[pick(s, 9)]);
    text_add(s->out, "]");
}

/* Connections of every sort: few and many, short-lived and pinned, slow to set up and to carry. */
static inline void add_protocol(struct swarm *s, bool l4, bool events)
{
    static const char *const proxies[] = { "\"iptables\"",
                                           "{\"kind\": \"iptables\", \"sessionAffinity\": "
                                           "\"ClientIP\", \"timeoutSeconds\": \"1s\"}",
                                           "{\"kind\": \"ipvs\", \"scheduler\": \"lc\"}",
                                           "{\"kind\": \"ipvs\", \"shared\": true}" };
    static const char *const kinds[] = { "http1", "grpc", "event" };
    /* Few events: those who are only acknowledged never let up. */
    uint32_t kind = events && chance(s, 15) ? 2 : pick(s, 2);
    text_format(s->out, ", \"protocol\": {\"kind\": \"%s\"", kinds[kind]);
    if (l4 && chance(s, 40)) text_format(s->out, ", \"l4\": %s", proxies[pick(s, 4)]);
    if (kind == 0 && chance(s, 50))
        text_format(s->out, ", \"maxConnections\": %u, \"maxIdle\": %u", 1 + pick(s, 5),
                    pick(s, 4));
    if (kind == 0 && chance(s, 30))
        text_format(s->out, ", \"requestsPerConnection\": %u", 1 + pick(s, 20));
    if (kind == 1 && chance(s, 50))
        text_format(s->out, ", \"connections\": %u, \"maxConcurrentStreams\": %u", 1 + pick(s, 4),
                    1 + pick(s, 6));
    if (kind < 2 && chance(s, 40))
        text_format(s->out, ", \"maxConnectionAge\": \"%ums\"", 1 + pick(s, 900));
    if (chance(s, 40)) text_format(s->out, ", \"idleTimeout\": \"%ums\"", 1 + pick(s, 300));
    if (chance(s, 40)) text_add(s->out, ", \"tls\": \"1.3\", \"resumption\": \"earlyData\"");
    if (chance(s, 30)) text_add(s->out, ", \"onDrain\": \"keep\"");
    if (chance(s, 40))
        text_format(s->out,
                    ", \"requestBytes\": %u, \"replyBytes\": %u, \"cpuPerMessage\": \"%uus\", "
                    "\"bandwidth\": \"%uM\"",
                    pick(s, 50000), pick(s, 200000), pick(s, 900), 1 + pick(s, 100));
    text_add(s->out, "}");
}

static inline void add_policy(struct swarm *s)
{
    static const char *const localities[] = {
        "\"zoneAware\"", "{\"kind\": \"zoneAware\", \"minClusterSize\": 1}", "\"zoneFailover\"",
        "\"zoneOnly\""
    };
    text_format(s->out, ", \"trafficPolicy\": {\"panicThreshold\": \"%u%%\"", pick(s, 101));
    if (chance(s, 70))
        text_format(s->out,
                    ", \"outlierDetection\": {\"consecutive5xxErrors\": %u, \"interval\": "
                    "\"%ums\", \"baseEjectionTime\": \"%ums\", \"maxEjectionPercent\": \"%u%%\", "
                    "\"failurePercentage\": true, \"successRateRequestVolume\": 3, "
                    "\"successRateMinimumHosts\": 2}",
                    pick(s, 5), 20 + pick(s, 500), 1 + pick(s, 600), pick(s, 101));
    if (chance(s, 40))
        text_format(s->out,
                    ", \"healthCheck\": {\"endpoint\": \"e0\", \"interval\": \"%ums\", "
                    "\"timeout\": \"%ums\", \"healthyThreshold\": 2}",
                    100 + pick(s, 400), 1 + pick(s, 100));
    if (s->zones && chance(s, 60))
        text_format(s->out, ", \"locality\": %s", localities[pick(s, 4)]);
    if (chance(s, 20)) text_add(s->out, ", \"stickiness\": {\"sessions\": 8}");
    if (chance(s, 20)) text_add(s->out, ", \"subset\": {\"kind\": \"shuffleShard\"}");
    text_add(s->out, "}");
}

static inline void add_discovery(struct swarm *s)
{
    static const char *const sorts[] = { "endpointSlice", "consul", "static", "dns", "eureka" };
    static const char *const gone[] = { "refused", "silent", "wrongPod" };
    text_format(s->out,
                ", \"discovery\": {\"kind\": \"%s\", \"gone\": \"%s\", \"connectTimeout\": "
                "\"%ums\"}",
                sorts[pick(s, s->registries ? 5 : 3)], gone[pick(s, 3)], 1 + pick(s, 100));
}

static inline void add_guards(struct swarm *s, bool events)
{
    bool retries = chance(s, 40);
    static const char *const balancers[] = {
        "\"random\"", "\"roundRobin\"", "\"leastRequest\"", "\"powerOfTwo\"", "\"hash\"",
        "\"envoyLeastRequest\"", "\"peakEwma\"", "\"ringHash\"",
        "{\"kind\": \"roundRobin\", \"slowStart\": \"700ms\"}"
    };
    static const char *const jitters[] = { "none", "full", "equal", "decorrelated" };
    if (chance(s, 40)) text_format(s->out, ", \"timeout\": \"%ums\"", 1 + pick(s, 200));
    if (retries) {
        text_format(s->out,
                    ", \"retry\": {\"attempts\": %u, \"backoff\": \"%ums\", \"jitter\": \"%s\"",
                    1 + pick(s, 4), pick(s, 30), jitters[pick(s, 4)]);
        add_budget(s);
        text_add(s->out, "}");
    }
    if (chance(s, 50)) add_filters(s, retries);
    if (chance(s, 25)) add_discovery(s);
    bool balanced = chance(s, 30), judged = chance(s, 30);
    if (balanced) text_format(s->out, ", \"balancer\": %s", balancers[pick(s, 9)]);
    if (judged) add_policy(s);
    if (chance(s, 40)) add_protocol(s, !balanced && !judged, events);
}

static inline void add_call(struct swarm *s, uint32_t service)
{
    uint32_t callee = service + 1 + pick(s, s->services - service - 1);
    text_format(s->out, "{\"kind\": \"call\", \"#\": [\"s%u e%u\"]", callee, pick(s, 2));
    add_guards(s, true);
    if (chance(s, 20)) text_add(s->out, ", \"optional\": true");
    text_add(s->out, "}");
}

static inline void add_leaf(struct swarm *s)
{
    switch (pick(s, 7)) {
    case 5:
    case 6:
        text_format(s->out, "{\"kind\": \"%s\", \"#\": [\"row\"], \"rows\": %u}",
                    chance(s, 50) ? "readRow" : "writeRow", 3);
        return;
    case 0:
        text_format(s->out, "{\"kind\": \"fail\", \"probability\": \"%u%%\"}", pick(s, 30));
        return;
    case 1:
        text_format(s->out, "{\"kind\": \"size\", \"#\": [\"%uKi\"]}", 1 + pick(s, 99));
        return;
    case 2:
        text_add(s->out, "{\"kind\": \"wait\", \"time\": ");
        break;
    default:
        text_add(s->out, "{\"kind\": \"cpu\", \"work\": ");
    }
    add_time(s, 10);
    text_add(s->out, "}");
}

static inline void add_parallel(struct swarm *s, uint32_t service)
{
    text_add(s->out, "{\"kind\": \"parallel\", \"#\": [");
    for (uint32_t i = 0, n = 1 + pick(s, 4); i < n; i++) {
        if (i > 0) text_add(s->out, ", ");
        add_call(s, service);
    }
    text_add(s->out, "]}");
}

static inline void add_step(struct swarm *s, uint32_t service)
{
    bool calls = service + 1 < s->services;
    uint32_t sort = pick(s, 11);
    if (sort < 2) {
        text_add(s->out, "{\"kind\": \"branch\", \"#\": [");
        for (uint32_t i = 0; i < 2; i++) {
            text_format(s->out, "%s{\"kind\": \"option\", \"weight\": %u, \"#\": [", i ? ", " : "",
                        1 + pick(s, 5));
            add_leaf(s);
            text_add(s->out, "]}");
        }
        text_add(s->out, "]}");
    } else if (sort == 2) {
        text_format(s->out, "{\"kind\": \"loop\", \"again\": 0.%u, \"#\": [", pick(s, 6));
        if (calls)
            add_call(s, service);
        else
            add_leaf(s);
        text_add(s->out, "]}");
    } else if (sort == 10) {
        text_format(s->out, "{\"kind\": \"once\", \"keys\": %s, \"window\": \"%ums\", \"#\": [",
                    chance(s, 70) ? "true" : "false", 1 + pick(s, 2000));
        if (calls)
            add_call(s, service);
        else
            add_leaf(s);
        text_add(s->out, "]}");
    } else if (calls && sort < 4) {
        add_parallel(s, service);
    } else if (calls && sort < 7) {
        add_call(s, service);
    } else {
        add_leaf(s);
    }
}

static inline void add_queue(struct swarm *s)
{
    if (chance(s, 30)) text_format(s->out, ", \"queueLimit\": %u", pick(s, 10));
    if (chance(s, 30)) text_format(s->out, ", \"queueTimeout\": \"%ums\"", 1 + pick(s, 100));
    if (chance(s, 40)) text_add(s->out, ", \"dropExpired\": true");
}

static inline void add_service(struct swarm *s, uint32_t service)
{
    static const char *const disciplines[] = { "\"fifo\"",
                                               "\"lifo\"",
                                               "\"priority\"",
                                               "\"sjf\"",
                                               "\"srpt\"",
                                               "\"ps\"",
                                               "{\"kind\": \"priority\", \"preemptive\": true}",
                                               "{\"kind\": \"priority\", \"evict\": true}",
                                               "{\"kind\": \"adaptiveLifo\"}",
                                               "{\"kind\": \"codel\", \"adaptiveLifo\": true}" };
    uint32_t discipline = pick(s, 10), workers = 1 + pick(s, 4);
    bool preempts = discipline == 4 || discipline == 6;
    text_format(s->out,
                ", {\"kind\": \"service\", \"name\": \"s%u\", \"replicas\": %u, \"workers\": %u, "
                "\"discipline\": %s, \"memory\": \"10Ki\", \"terminationGracePeriod\": \"%ums\"",
                service, 1 + pick(s, 3), workers, disciplines[discipline], pick(s, 500));
    if (discipline != 5) add_queue(s);
    if (chance(s, 20)) text_add(s->out, ", \"weights\": [3, 1, 2]");
    if (chance(s, 30)) text_format(s->out, ", \"preStop\": \"%ums\"", pick(s, 400));
    if (chance(s, 30)) text_add(s->out, ", \"occupancy\": true");
    if (chance(s, 30)) text_add(s->out, ", \"async\": true");
    if (chance(s, 50)) text_add(s->out, ", \"onAbandon\": \"cancel\"");
    if (chance(s, 40)) text_format(s->out, ", \"startup\": \"%ums\"", pick(s, 300));
    if (chance(s, 30)) text_format(s->out, ", \"unreachableToleration\": \"%us\"", pick(s, 3));
    text_format(s->out, ", \"resources\": {\"requests\": {\"cpu\": \"%um\", \"memory\": \"20Ki\"}",
                50 + pick(s, 500));
    text_format(s->out, ", \"limits\": {\"memory\": \"100Ki\"");
    if (!preempts && chance(s, 40)) text_format(s->out, ", \"cpu\": \"%um\"", 600 + pick(s, 2000));
    text_add(s->out, "}}, \"endpoints\": {");
    for (uint32_t i = 0; i < 2; i++) {
        text_format(s->out, "%s\"e%u\": [", i ? ", " : "", i);
        for (uint32_t n = 0, steps = 1 + pick(s, 4); n < steps; n++) {
            if (n > 0) text_add(s->out, ", ");
            add_step(s, service);
        }
        text_add(s->out, "]");
    }
    text_add(s->out, "}}");
}

static inline void add_arrival(struct swarm *s)
{
    uint32_t rate = 1 + pick(s, 150);
    switch (pick(s, 9)) {
    case 0:
        text_format(s->out, "{\"kind\": \"batch\", \"rate\": \"%u/s\", \"size\": %u}", 1 + rate / 5,
                    pick(s, 8));
        return;
    case 1:
        text_format(s->out,
                    "{\"kind\": \"mmpp\", \"states\": [{\"kind\": \"mmppState\", \"#\": [\"%u/s\", "
                    "\"300ms\"]}, {\"kind\": \"mmppState\", \"#\": [\"0/s\", \"%ums\"]}]}",
                    2 * rate, 1 + pick(s, 500));
        return;
    case 2:
        text_format(s->out,
                    "{\"kind\": \"burst\", \"base\": \"%u/s\", \"peak\": \"%u/s\", \"at\": \"%ums\", "
                    "\"duration\": \"200ms\", \"every\": \"600ms\"}",
                    pick(s, 20), 3 * rate, pick(s, 1500));
        return;
    case 3:
        text_format(s->out, "{\"kind\": \"constantRate\", \"rate\": \"%u/s\"}", rate);
        return;
    case 4:
        text_add(s->out, "{\"kind\": \"renewal\", \"gap\": ");
        add_time(s, 30);
        text_add(s->out, "}");
        return;
    default:
        text_format(s->out, "\"%u/s\"", rate);
    }
}

static inline void add_client(struct swarm *s, uint32_t client)
{
    text_format(s->out, ", {\"kind\": \"client\", \"name\": \"c%u\", \"priority\": %u", client,
                pick(s, 4));
    bool open = chance(s, 60);
    if (open && chance(s, 30)) {
        text_format(s->out, ", \"mix\": {\"s0 e0\": %u, \"s%u e1\": 1}, \"rate\": ", pick(s, 3),
                    pick(s, s->services));
        add_arrival(s);
    } else if (open) {
        text_format(s->out, ", \"target\": \"s%u e%u\", \"rate\": ", pick(s, s->services), pick(s, 2));
        add_arrival(s);
    } else {
        text_format(s->out, ", \"journey\": [\"s%u e0\", \"s%u e1\"], \"users\": %u",
                    pick(s, s->services), pick(s, s->services), 1 + pick(s, 20));
        if (chance(s, 70)) {
            text_add(s->out, ", \"think\": ");
            add_time(s, 50);
        }
        if (chance(s, 30)) text_format(s->out, ", \"rampUp\": \"%ums\"", pick(s, 1500));
    }
    if (chance(s, 20))
        text_format(s->out, ", \"start\": \"%ums\", \"stop\": \"%ums\"", pick(s, 900),
                    900 + pick(s, 2000));
    if (chance(s, 50))
        text_format(s->out, ", \"keys\": {\"kind\": \"uniformKeys\", \"n\": %u}", 1 + pick(s, 5));
    add_guards(s, false);
    text_add(s->out, "}");
}

static inline void add_action(struct swarm *s)
{
    uint32_t service = pick(s, s->services), lasts = 1 + pick(s, 1500);
    switch (pick(s, s->zones ? 9 : 8)) {
    case 0:
        text_format(s->out, "{\"kind\": \"crash\", \"service\": \"s%u\", \"pods\": %u}", service,
                    1 + pick(s, 3));
        break;
    case 1:
        text_format(s->out, "{\"kind\": \"slow\", \"target\": \"s%u e0\", \"latency\": ", service);
        add_time(s, 50);
        text_format(s->out, ", \"duration\": \"%ums\"}", lasts);
        break;
    case 2:
        text_format(s->out, "{\"kind\": \"errors\", \"target\": \"s%u\", \"ratio\": \"%u%%\"}",
                    service, pick(s, 101));
        break;
    case 3:
        text_format(s->out,
                    "{\"kind\": \"hang\", \"target\": \"s%u e1\", \"ratio\": \"%u%%\", "
                    "\"duration\": \"%ums\"}",
                    service, pick(s, 50), lasts);
        break;
    case 4:
        text_format(s->out, "{\"kind\": \"leak\", \"target\": \"s%u\", \"bytes\": \"%uKi\"}",
                    service, 1 + pick(s, 20));
        break;
    case 5:
        text_format(s->out,
                    "{\"kind\": \"cpuHog\", \"target\": \"s%u\", \"factor\": %u, \"duration\": "
                    "\"%ums\"}",
                    service, 1 + pick(s, 10), lasts);
        break;
    case 6:
        text_format(s->out, "{\"kind\": \"scale\", \"#\": [\"s%u\"], \"replicas\": %u}", service,
                    pick(s, 6));
        break;
    case 7:
        text_format(s->out,
                    "{\"kind\": \"restart\", \"#\": [\"s%u\"], \"maxSurge\": %u, "
                    "\"maxUnavailable\": 1}",
                    service, pick(s, 2));
        break;
    default:
        text_format(s->out, "{\"kind\": \"zoneOutage\", \"#\": [\"z%u\"], \"duration\": \"%ums\"}",
                    pick(s, 2), lasts);
    }
}

/* The objects of scenario `number`, for {"orrery": 1, "objects": [...]}. */
static inline void random_scenario(uint64_t number, struct text *out)
{
    struct swarm s = { .r = rng_open(key_child(UINT64_C(0x737761726d), number)), .out = out };
    s.services = 1 + pick(&s, SERVICES_MOST);
    s.nodes = chance(&s, 60);
    s.zones = s.nodes && chance(&s, 60);
    s.registries = chance(&s, 30);
    text_add(out, "{\"kind\": \"run\", \"duration\": \"3s\", \"warmup\": \"500ms\"}");
    if (s.zones) text_add(out, ", {\"kind\": \"zones\", \"#\": [\"z0\", \"z1\"]}");
    if (s.nodes)
        text_format(out,
                    ", {\"kind\": \"nodepool\", \"name\": \"n\", \"count\": %u, \"cpu\": %u, "
                    "\"memory\": \"1Gi\"}",
                    2 + pick(&s, 3), 4 + pick(&s, 4));
    if (chance(&s, 40))
        text_format(out,
                    ", {\"kind\": \"network\", \"latency\": \"%uus\", \"crossZone\": \"%uus\", "
                    "\"internet\": \"%ums\"}",
                    pick(&s, 500), pick(&s, 2000), pick(&s, 20));
    if (s.registries)
        text_format(out,
                    ", {\"kind\": \"coredns\", \"ttl\": \"1s\", \"cache\": \"1s\"}, {\"kind\": "
                    "\"eurekaServer\"}");
    for (uint32_t i = 0; i < s.services; i++)
        add_service(&s, i);
    for (uint32_t i = 0, n = 1 + pick(&s, 3); i < n; i++)
        add_client(&s, i);
    for (uint32_t i = 0, n = pick(&s, 8); i < n; i++) {
        text_format(out, ", {\"kind\": \"at\", \"#\": [\"%ums\", ", pick(&s, 2800));
        add_action(&s);
        text_add(out, "]}");
    }
}

#endif
