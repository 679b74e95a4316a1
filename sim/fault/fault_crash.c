/* fault_crash.c - `crash`: processes die, with all their calls.
 *
 * The lowest ready pods go first, then those still starting: the same choice in every run. */
#include "fault/fault_pods.h"

#include "fault/fault.h"

#include "base/poison.h"

struct crash_spec {
    const char *service;
    uint32_t pods;
    const char *reason;
};

static const struct field crash_fields[] = {
    TEXT(struct crash_spec, "service", service, .position = 1, .judge = service_judge,
         .doc = "The service whose pods crash."),
    COUNT(struct crash_spec, "pods", pods, .preset = "1", .min = 1, .max = COUNT_UNLIMITED,
          .doc = "How many pods crash; \"unlimited\" is all of them."),
    TEXT(struct crash_spec, "reason", reason, .preset = "killed", .doc = "Why, for the timeline."),
    FIELDS_END
};

static uint32_t crash_those(struct world *w, uint32_t service, enum pod_state state, uint32_t most,
                            const char *reason, uint32_t cause)
{
    uint32_t first = service_pod_first(w, service), count = 0;
    for (uint32_t i = 0; i < service_pod_capacity(w, service) && count < most; i++) {
        if (pod_state_of(w, first + i) != state) continue;
        pod_crash(w, first + i, reason, cause);
        count++;
    }
    return count;
}

uint32_t pods_crash(struct world *w, uint32_t service, uint32_t most, const char *reason,
                    uint32_t cause)
{
    uint32_t ready = crash_those(w, service, POD_READY, most, reason, cause);
    return ready + crash_those(w, service, POD_STARTING, most - ready, reason, cause);
}

static void crash_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)state;
    const struct crash_spec *s = spec;
    pods_crash(w, service_find(w, s->service), s->pods, s->reason, cause);
}

static const char *crash_subject(const void *spec)
{
    return ((const struct crash_spec *)spec)->service;
}

static const struct action_type crash_type = {
    .begin = crash_begin,
    .subject = crash_subject,
};

const struct kind fault_crash = {
    .name = "crash",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "Pods of a service crash; their calls fail, and they restart in place with back-off.",
    .example = "at(\"10m\", crash { \"cart\", pods = 2 })",
    .spec_size = sizeof(struct crash_spec),
    .fields = crash_fields,
    .vtable = &crash_type,
};
