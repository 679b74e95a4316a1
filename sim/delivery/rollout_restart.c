/* rollout_restart.c - `restart`: replace every pod of a service, as `kubectl rollout restart` does
 * and as every release of a new version does. */
#include "delivery/delivery.h"

#include "orrery/action.h"
#include "service/service.h"

#include "base/poison.h"

struct restart_spec {
    const char *service;
    const char *version;
    uint32_t surge, unavailable, min_ready_s;
};

static const struct field restart_fields[] = {
    TEXT(struct restart_spec, "service", service, .position = 1, .judge = service_judge,
         .doc = "The service whose pods are replaced."),
    TEXT(struct restart_spec, "version", version, .preset = "",
         .doc = "What is released, for the timeline."),
    COUNT(struct restart_spec, "maxSurge", surge, .preset = "1", .min = 0, .max = 10000,
          .doc = "Pods that may run beyond the wanted replicas meanwhile."),
    COUNT(struct restart_spec, "maxUnavailable", unavailable, .preset = "0", .min = 0, .max = 10000,
          .doc = "Wanted replicas that may be missing meanwhile; 0 keeps full strength."),
    COUNT(struct restart_spec, "minReadySeconds", min_ready_s, .preset = "0", .min = 0,
          .max = 86400, .doc = "Seconds a new pod must be ready before it counts as available."),
    FIELDS_END
};

static void restart_check(void *spec, const struct document *doc, struct place at, const char *path,
                          struct diag *d)
{
    (void)doc;
    const struct restart_spec *s = spec;
    if (s->surge == 0 && s->unavailable == 0)
        diag_error(d, at, path, "set maxSurge or maxUnavailable to 1 or more",
                   "maxSurge and maxUnavailable are both 0, so no pod may ever be replaced");
}

static void restart_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)state;
    const struct restart_spec *s = spec;
    struct rollout_limits limits = { s->surge, s->unavailable, s->min_ready_s, s->version };
    rollout_begin(w, service_find(w, s->service), &limits, cause);
}

static const char *restart_subject(const void *spec)
{
    return ((const struct restart_spec *)spec)->service;
}

static const struct action_type restart_type = {
    .begin = restart_begin,
    .subject = restart_subject,
};

const struct kind delivery_restart = {
    .name = "restart",
    .alias = "release",
    .role = "action",
    .form = KIND_PART,
    .room = "delivery",
    .doc = "A rolling restart: every pod of a service is replaced by a new one, as a release or "
           "`kubectl rollout restart` does.",
    .source = "Kubernetes, Deployment rolling update; pkg/controller/deployment/rolling.go",
    .example = "at(\"10m\", restart { \"cart\", maxSurge = 1, version = \"v2\" })",
    .spec_size = sizeof(struct restart_spec),
    .fields = restart_fields,
    .check = restart_check,
    .vtable = &restart_type,
};
