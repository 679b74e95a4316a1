/* fault_leak.c - `leak`: each call keeps some memory for good, until its pod is killed for it. */
#include "fault/fault.h"

#include "base/poison.h"

struct leak_spec {
    struct target_spec on;
    int64_t bytes;
};

static const struct field leak_fields[] = {
    TARGET_FIELDS(struct leak_spec),
    BYTES(struct leak_spec, "bytes", bytes, .min = 1, .max = 0x1p40,
          .doc = "Bytes that each call takes and never gives back."),
    FIELDS_END
};

static void leak_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)cause;
    const struct leak_spec *s = spec;
    target_disturb(w, &s->on, (struct disturbance){ .leak_bytes = s->bytes }, state);
}

static const struct action_type leak_type = {
    .state_size = sizeof(struct target_state),
    .begin = leak_begin,
    .end = target_calm,
    .duration = target_duration,
    .subject = target_subject,
};

const struct kind fault_leak = {
    .name = "leak",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc =
        "Makes calls to a service leak memory: past its memory limit a pod is killed and restarts.",
    .example = "at(\"10m\", leak { \"recommendation\", bytes = \"64Ki\" })",
    .spec_size = sizeof(struct leak_spec),
    .fields = leak_fields,
    .check = target_spec_check,
    .vtable = &leak_type,
};
