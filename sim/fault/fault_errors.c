/* fault_errors.c - `errors`: a share of calls fails at once. */
#include "fault/fault.h"

#include "base/poison.h"

struct errors_spec {
    struct target_spec on;
    double ratio;
};

static const struct field errors_fields[] = {
    TARGET_FIELDS(struct errors_spec),
    RATIO(struct errors_spec, "ratio", ratio, .min = 0, .max = 1,
          .doc = "Share of calls that fail at once with an error."),
    FIELDS_END
};

static void errors_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)cause;
    const struct errors_spec *s = spec;
    target_disturb(w, &s->on, (struct disturbance){ .error_ratio = s->ratio }, state);
}

static const struct action_type errors_type = {
    .state_size = sizeof(struct target_state),
    .begin = errors_begin,
    .end = target_calm,
    .duration = target_duration,
    .subject = target_subject,
};

const struct kind fault_errors = {
    .name = "errors",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "Makes a share of the calls to a service fail at once.",
    .example = "at(\"10m\", errors { \"cart\", ratio = \"30%\", duration = \"5m\" })",
    .spec_size = sizeof(struct errors_spec),
    .fields = errors_fields,
    .check = target_spec_check,
    .vtable = &errors_type,
};
