/* fault_hang.c - `hang`: an unbounded slow call. The call never answers and never lets go of its
 * worker, so a pod runs out of workers unless callers time out and the service cancels abandoned
 * work. */
#include "fault/fault.h"

#include "base/poison.h"

struct hang_spec {
    struct target_spec on;
    double ratio;
};

static const struct field hang_fields[] = { TARGET_FIELDS(struct hang_spec),
                                            RATIO(struct hang_spec, "ratio", ratio,
                                                  .preset = "100%", .min = 0, .max = 1,
                                                  .doc = "Share of calls that never answer."),
                                            FIELDS_END };

static void hang_begin(const void *spec, void *state, struct world *w, uint32_t cause)
{
    (void)cause;
    const struct hang_spec *s = spec;
    target_disturb(w, &s->on, (struct disturbance){ .hang_ratio = s->ratio }, state);
}

static const struct action_type hang_type = {
    .state_size = sizeof(struct target_state),
    .begin = hang_begin,
    .end = target_calm,
    .duration = target_duration,
    .subject = target_subject,
};

const struct kind fault_hang = {
    .name = "hang",
    .role = "action",
    .form = KIND_PART,
    .room = "fault",
    .doc = "Makes a share of the calls to a service hang: they never answer and never let go of "
           "what they hold, until they are abandoned or their pod dies.",
    .example = "at(\"10m\", hang { \"recommendation\", ratio = \"10%\" })",
    .spec_size = sizeof(struct hang_spec),
    .fields = hang_fields,
    .check = target_spec_check,
    .vtable = &hang_type,
};
