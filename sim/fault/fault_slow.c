/* fault_slow.c - `slow`: calls wait before their work begins, as behind a slow disk or lock. */
#include "fault/fault.h"

#include "base/poison.h"

struct slow_spec {
    struct target_spec on;
    struct part latency;
};

static const struct field slow_fields[] = {
    TARGET_FIELDS(struct slow_spec),
    PART(struct slow_spec, "latency", latency, "dist", .unit = UNIT_DURATION,
         .doc = "Extra time before a call's first step, drawn for each call."),
    FIELDS_END
};

static void slow_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)cause;
    const struct slow_spec *s = spec;
    target_disturb(w, &s->on, (struct disturbance){ .latency = &s->latency }, state);
}

static const struct action_type slow_type = {
    .state_size = sizeof(struct target_state),
    .begin = slow_begin,
    .end = target_calm,
    .duration = target_duration,
    .subject = target_subject,
};

const struct kind fault_slow = {
    .name = "slow",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "Makes calls to a service slower: they wait before their work begins.",
    .example = "at(\"10m\", slow { \"cart GET /cart\", latency = \"200ms\", duration = \"5m\" })",
    .spec_size = sizeof(struct slow_spec),
    .fields = slow_fields,
    .check = target_spec_check,
    .vtable = &slow_type,
};
