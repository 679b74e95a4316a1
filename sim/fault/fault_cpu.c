/* fault_cpu.c - `cpuHog`: the same calls need more CPU: a costly change, or a neighbour on the
 * node. */
#include "fault/fault.h"

#include "base/poison.h"

struct cpu_spec {
    struct target_spec on;
    double factor;
};

static const struct field cpu_fields[] = {
    TARGET_FIELDS(struct cpu_spec),
    NUMBER(struct cpu_spec, "factor", factor, .min = 0.01, .max = 1000,
           .doc = "The CPU work of each call is multiplied by this."),
    FIELDS_END
};

static void cpu_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)cause;
    const struct cpu_spec *s = spec;
    target_disturb(w, &s->on, (struct disturbance){ .cpu_factor = s->factor }, state);
}

static const struct action_type cpu_type = {
    .state_size = sizeof(struct target_state),
    .begin = cpu_begin,
    .end = target_calm,
    .duration = target_duration,
    .subject = target_subject,
};

const struct kind fault_cpu = {
    .name = "cpuHog",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "Makes each call to a service cost more CPU (or, below 1, less).",
    .example = "at(\"10m\", cpuHog { \"cart\", factor = 3, duration = \"5m\" })",
    .spec_size = sizeof(struct cpu_spec),
    .fields = cpu_fields,
    .check = target_spec_check,
    .vtable = &cpu_type,
};
