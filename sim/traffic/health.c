/* health.c - the thresholds of active health checks, and the kind `healthCheck`.
 *
 * The first probe decides alone, as in Envoy and at an AWS load balancer; later it takes as many in
 * a row as the threshold says. */
#include "traffic/health.h"

#include "engine/judge.h"
#include "orrery/kind.h"

#include "base/poison.h"

bool health_result(const struct health_rule *rule, struct health_host *host, bool passed)
{
    if (!host->checked) {
        host->checked = true;
        host->failing = !passed;
        host->run = 0;
        return true;
    }
    bool against = passed == host->failing;
    host->run = against ? host->run + 1 : 0;
    if (host->run < (passed ? rule->healthy_threshold : rule->unhealthy_threshold)) return false;
    if (!against) return false;
    host->failing = !passed;
    host->run = 0;
    return true;
}

static void health_check(void *spec, const struct document *doc, struct place at, const char *path,
                         struct diag *d)
{
    (void)doc;
    const struct health_rule *h = spec;
    if (h->timeout_ns > h->interval_ns)
        judge_field(d, at, path, "timeout", "as in interval = \"30s\", timeout = \"5s\"",
                    "it exceeds the interval: probes would pile up");
}

static const struct field health_fields[] = {
    TEXT(struct health_rule, "endpoint", endpoint, .position = 1,
         .doc = "What is asked of each backend: one of the called service's endpoints, \"GET "
                "/healthz\"."),
    DURATION(struct health_rule, "interval", interval_ns, .preset = "30s", .min = 1e6,
             .max = 86400e9, .doc = "Time between two probes of a backend."),
    DURATION(struct health_rule, "timeout", timeout_ns, .preset = "5s", .min = 1e6, .max = 3600e9,
             .doc = "A probe that has no answer by then has failed."),
    COUNT(struct health_rule, "healthyThreshold", healthy_threshold, .preset = "5", .min = 1,
          .max = 100,
          .doc = "Probes in a row that must pass before a failing backend is used again."),
    COUNT(struct health_rule, "unhealthyThreshold", unhealthy_threshold, .preset = "2", .min = 1,
          .max = 100, .doc = "Probes in a row that must fail before a backend is no longer used."),
    FIELDS_END
};

const struct kind traffic_health_check = {
    .name = "healthCheck",
    .role = "healthCheck",
    .form = KIND_PART,
    .room = "traffic",
    .doc = "Active health checks: each caller asks each ready backend at intervals, by real calls "
           "that take the backend's time and count there. A backend is not used before its first "
           "probe has passed; when too few are healthy, health is not heeded (panicThreshold).",
    .source = "AWS Elastic Load Balancing, target group health checks (30 s, 5 s, 5 and 2 for an "
              "Application Load Balancer); Envoy core.v3.HealthCheck, which has no defaults",
    .example = "healthCheck = { \"GET /healthz\", interval = \"5s\", timeout = \"1s\" }",
    .spec_size = sizeof(struct health_rule),
    .fields = health_fields,
    .check = health_check,
};
